/** Two runs, one statistic: each by itself and the second against the first, matched by name. */

import {useMemo} from 'preact/hooks';
import {metricQuery} from '../../api/queries';
import type {Table} from '../../api/types';
import {Select} from '../../components/controls';
import {px, useSize} from '../../components/hooks';
import {MetricControls} from '../../components/metric_controls';
import {NotRecorded, Pending} from '../../components/states';
import {LAYER_KINDS} from '../../data/statistics';
import {gutterOf} from '../../plots/row_labels';
import {TimeAxis} from '../../plots/time_axis';
import {requestAbout, useLoaded, useSession} from '../../state/session';
import {WithTable} from '../../tables/with_table';
import {NUMBERS, Panel} from './compare_panel';
import {numbersAt, useComparison} from './comparison';

export function Compare() {
  const session = useSession();
  const {kind, statistic} = session.settings;
  const wanted = () => [kind.value, statistic.value, session.pooled.value] as const;
  const first = useLoaded(() =>
    session.requestOf(kind.value, (run) => metricQuery(run, ...wanted())),
  );
  const second = useLoaded(() => {
    const run = session.other.value;
    if (!run?.kinds.includes(kind.value)) return undefined;
    return requestAbout(run, (name) => metricQuery(name, ...wanted()));
  });
  const problem = useProblem();
  return (
    <>
      <div class="view-bar">
        <OtherRun />
        <MetricControls />
      </div>
      {problem ?? (
        <Pending loaded={first.state.value} retry={() => first.retry()} class="compare">
          {(a) => (
            <Pending loaded={second.state.value} retry={() => second.retry()}>
              {(b) => <Comparison first={a} second={b} />}
            </Pending>
          )}
        </Pending>
      )}
    </>
  );
}

/** Why there is nothing to compare, if so. */
function useProblem() {
  const {runs, run, other, settings} = useSession();
  const kind = LAYER_KINDS[settings.kind.value];
  if ((runs.state.value.data?.runs.length ?? 0) < 2) {
    return (
      <NotRecorded
        what="There is no other run to compare with"
        how="Train again with InspectCallback, into another directory inside TensorBoard’s log directory."
      />
    );
  }
  if (!other.value) {
    return (
      <NotRecorded
        what={`There is no run ${JSON.stringify(settings.compare.value)}`}
        how="Choose another run to compare with above."
      />
    );
  }
  const lacking = [run.value, other.value].find(
    (each) => each && !each.kinds.includes(settings.kind.value),
  );
  return lacking ? (
    <NotRecorded
      what={`${kind} statistics are not recorded in ${lacking.name}`}
      how={`Choose another kind, or record them with InspectCallback(record={"${settings.kind.value}s": True}).`}
    />
  ) : undefined;
}

function OtherRun() {
  const session = useSession();
  const own = session.run.value?.name;
  const names = (session.runs.state.value.data?.runs ?? [])
    .map((run) => run.name)
    .filter((name) => name !== own);
  const value = session.other.value?.name ?? session.settings.compare.value;
  return (
    <Select
      label="Compare with"
      value={value}
      options={(names.includes(value) ? names : [value, ...names]).map((name) => [
        name,
        name || 'no other run',
      ])}
      onChange={(name) => (session.settings.compare.value = name)}
      testId="compare-with"
      visibleLabel
    />
  );
}

function Comparison({first, second}: {first: Table; second: Table}) {
  const session = useSession();
  const compared = useComparison(first, second);
  const {names, kind, a, b, difference} = compared;
  const [ref, size] = useSize<HTMLDivElement>();
  const gutter = useMemo(() => gutterOf(names), [names]);
  const [own, other] = [session.run.value?.name ?? '', session.other.value?.name ?? ''];
  const step = session.step.value ?? 0;
  const both = names.filter((name) => first.names.includes(name) && second.names.includes(name));
  const numbers = numbersAt(compared, step);
  const sheet = useMemo(() => {
    const columns = [numbers.a, numbers.b, numbers.difference];
    return {
      title: `${compared.info.title} at step ${step}`,
      columns: ['name', own, other, kind === 'ratio' ? 'log2 of the ratio' : 'difference'],
      rows: names.length,
      cell: (row: number, column: number) => (column ? columns[column - 1][row] : names[row]),
    };
  }, [compared, step]);
  return (
    <WithTable sheet={sheet}>
      <div class="compare-plots" ref={ref} style={{'--gutter': px(gutter)}} data-rows={both.length}>
        {both.length === 0 && (
          <p class="quiet compare-note">No layer has the same name in both runs.</p>
        )}
        <Panel title={own} side={a} numbers={numbers.a} {...{compared}} testId="compare-first" />
        <Panel title={other} side={b} numbers={numbers.b} {...{compared}} testId="compare-second" />
        <Panel
          title={kind === 'ratio' ? `${other} ÷ ${own}` : `${other} − ${own}`}
          side={difference}
          numbers={numbers.difference}
          compared={compared}
          diverging
          testId="compare-difference"
        />
        <div class="axis-row compare-axis">
          <span class="axis-name">step</span>
          <TimeAxis width={size.value.width - gutter - NUMBERS} />
          <span class="axis-name">at this step</span>
        </div>
      </div>
    </WithTable>
  );
}
