/** Run, view, filter and how fresh the data is. */

import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {ageHolds, formatAge, formatCount} from '../draw/format';
import {useSession} from '../state/session';
import {VIEWS, VIEW_NAMES} from '../views';
import {IconButton, Select} from '../components/controls';
import {ExportMenu} from './export_menu';

export function Toolbar() {
  const session = useSession();
  return (
    <header class="toolbar">
      <h1 class="unseen">Keras Inspect</h1>
      <RunPicker />
      <ViewTabs />
      <span class="spring" />
      <FilterField />
      <Freshness />
      <TableToggle />
      <ExportMenu />
      <IconButton label="Keyboard shortcuts (?)" onClick={() => (session.helpOpen.value = true)}>
        <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.3a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 8 2.3zM7.3 11h1.4v1.4H7.3zM8 3.8c1.5 0 2.6 1 2.6 2.4 0 1.1-.6 1.700-1.200 2.200-.5.4-.7.7-.7 1.400H7.300c0-1.200.5-1.800 1.100-2.300.5-.4.8-.7.8-1.300 0-.7-.5-1.100-1.200-1.100s-1.200.5-1.200 1.300H5.400c0-1.500 1.100-2.600 2.600-2.600z" />
      </IconButton>
    </header>
  );
}

function RunPicker() {
  const session = useSession();
  const runs = session.runs.state.value.data?.runs ?? [];
  const names = runs.map(({name}) => name);
  const run = session.chosen.value;
  const chosen = run?.name ?? session.settings.run.value;
  const options = names.includes(chosen) ? names : [chosen, ...names];
  return (
    <Select
      label="Run"
      value={chosen}
      options={options.map((name) => [
        name,
        name === '' || name === '.' ? '(log directory)' : name,
      ])}
      onChange={(name) => {
        session.player.stop();
        session.settings.step.value = undefined;
        session.settings.run.value = name;
      }}
      testId="run-picker"
      visibleLabel
    />
  );
}

function ViewTabs() {
  const {view} = useSession().settings;
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    event.stopPropagation();
    event.preventDefault();
    const at = VIEW_NAMES.indexOf(view.value);
    const next = VIEW_NAMES[(at + by + VIEWS.length) % VIEWS.length];
    view.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views" onKeyDown={move}>
      {VIEWS.map(({name, title, help}) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={view.value === name}
          aria-controls="view"
          tabIndex={view.value === name ? 0 : -1}
          title={help}
          data-testid={`view-${name}`}
          onClick={() => (view.value = name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

/** Plots or tables; some views are tables either way. */
function TableToggle() {
  const {asTable, view} = useSession().settings;
  const pressed = asTable.value === 'yes';
  return (
    <IconButton
      label={pressed ? 'View as picture (t)' : 'View as table (t)'}
      pressed={pressed}
      disabled={VIEWS.find(({name}) => name === view.value)?.isTable}
      testId="as-table"
      onClick={() => (asTable.value = pressed ? 'no' : 'yes')}
    >
      <path d="M2 2.500h12v11H2zM3.300 6v2h2.900V6zm4.200 0v2h5.200V6zM3.300 9.200v3h2.900v-3zm4.200 0v3h5.200v-3z" />
    </IconButton>
  );
}

function FilterField() {
  const session = useSession();
  const {filter} = session.settings;
  const {valid} = session.filter.value;
  return (
    <input
      class={`filter ${valid ? '' : 'invalid'}`}
      type="search"
      placeholder="Filter layers (regex)"
      aria-label="Filter layers by a regular expression"
      aria-invalid={!valid}
      title={valid ? undefined : 'Not a regular expression: taken as plain text'}
      value={filter.value}
      data-testid="filter"
      onInput={(event) => (filter.value = event.currentTarget.value)}
    />
  );
}

const STALE_SECONDS = 120; // after that a run is not called live
const LONGEST_WAIT = 86400; // seconds; timers cannot wait much longer

function Freshness() {
  const session = useSession();
  const run = session.chosen.value;
  const now = useSignal(Date.now() / 1000);
  const visible = session.host.visible.value;
  const written = run?.wall_time;
  useEffect(() => {
    if (!visible || written === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Only when the words change: an old run's page does nothing.
    const tick = () => {
      now.value = Date.now() / 1000;
      const seconds = Math.min(ageHolds(Math.max(0, now.value - written)), LONGEST_WAIT);
      timer = setTimeout(tick, 1000 * seconds + 10);
    };
    tick();
    return () => clearTimeout(timer);
  }, [visible, written]);
  const failed = session.runs.state.value.error;
  if (failed !== undefined) {
    return (
      <button class="button alarm" title={failed} onClick={() => void session.runs.refresh()}>
        no connection, retry
      </button>
    );
  }
  if (!run) return null;
  const age = Math.max(0, now.value - run.wall_time);
  const live = age < STALE_SECONDS;
  return (
    <span class={`freshness ${live ? 'live' : ''}`} title="When the newest record was written">
      <i /> {live ? 'live, ' : ''}
      {formatAge(age)}
      {run.problems.length > 0 && (
        <span class="problems" title={run.problems.join('\n')} data-testid="problems">
          {formatCount(run.problems.length)} {run.problems.length === 1 ? 'problem' : 'problems'}
        </span>
      )}
    </span>
  );
}
