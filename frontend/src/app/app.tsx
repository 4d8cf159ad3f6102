/** The whole tab. */

import {useEffect} from 'preact/hooks';
import {type Session, SessionContext} from '../state/session';
import {FindingActions} from '../steering/finding_actions';
import {SteeringPanel} from '../steering/steering_panel';
import {EmptyState} from './empty';
import {FindingPanel} from '../findings/finding_panel';
import {ThresholdsPanel} from '../findings/thresholds_panel';
import {LayerPanel} from '../layer_panel/layer_panel';
import {FindingsBar} from '../findings/findings_bar';
import {HelpSheet} from './help';
import {shortcut} from './keyboard';
import {Panes} from './panes';
import {Scrubber} from '../scrubber/scrubber';
import {ErrorState} from '../components/states';
import {Toolbar} from '../toolbar/toolbar';
import {Tooltip} from '../components/tooltip';
import {viewNamed} from '../views/index';

export function App({session}: {session: Session}) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => shortcut(session, event);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [session]);
  return (
    <SessionContext.Provider value={session}>
      <div class="app" data-theme={session.host.theme.value} data-testid="app">
        <Content session={session} />
        <Tooltip />
      </div>
    </SessionContext.Provider>
  );
}

function Content({session}: {session: Session}) {
  const {data, error} = session.runs.state.value;
  if (!data) {
    if (error === undefined) return <div class="spinner" role="status" aria-label="Loading" />;
    return <ErrorState message={error} retry={() => void session.runs.refresh()} />;
  }
  if (!data.runs.length) return <EmptyState logdir={data.logdir} />;
  const view = viewNamed(session.view.value);
  const {title, component: View} = view;
  if (view.ofAllRuns) {
    return (
      <>
        <Toolbar />
        <main class="whole">
          <section class="left" id="view" role="tabpanel" aria-label="View">
            <h2 class="unseen">{title}</h2>
            <View />
          </section>
        </main>
        {session.helpOpen.value && <HelpSheet />}
      </>
    );
  }
  return (
    <>
      <Toolbar />
      {session.chosen.value && <FindingsBar />}
      {session.chosen.value ? (
        <Panes
          view={
            <>
              <h2 class="unseen">{title}</h2>
              <View />
            </>
          }
          details={
            <>
              <SteeringPanel />
              <FindingPanel actions={(finding) => <FindingActions finding={finding} />} />
              <ThresholdsPanel />
              <LayerPanel />
            </>
          }
        />
      ) : (
        <ErrorState message={`There is no run ${JSON.stringify(session.settings.run.value)}.`} />
      )}
      <Scrubber />
      {session.helpOpen.value && <HelpSheet />}
    </>
  );
}
