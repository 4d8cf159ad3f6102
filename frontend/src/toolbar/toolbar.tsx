/** The toolbar: run, view, filter, age of the data, export. */

import {chooseRun} from '../state/choose_run';
import {useSession} from '../state/session';
import {VIEWS, VIEW_NAMES, viewNamed} from '../views';
import {IconButton, Select} from '../components/controls';
import {ExportMenu} from './export_menu';
import {Freshness} from './freshness';

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
      <DetailsButton />
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
      onChange={(name) => chooseRun(session, name)}
      testId="run-picker"
      visibleLabel
    />
  );
}

function ViewTabs() {
  const session = useSession();
  const view = session.view.value;
  const choose = (name: string) => (session.settings.view.value = name);
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    event.stopPropagation();
    event.preventDefault();
    const at = VIEW_NAMES.indexOf(view);
    const next = VIEW_NAMES[(at + by + VIEWS.length) % VIEWS.length];
    choose(next);
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
          aria-selected={view === name}
          aria-controls="view"
          tabIndex={view === name ? 0 : -1}
          title={help}
          data-testid={`view-${name}`}
          onClick={() => choose(name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

/** Opens the details over the view; seen where the window is too narrow for both. */
function DetailsButton() {
  const session = useSession();
  if (viewNamed(session.view.value).ofAllRuns) return null;
  const open = session.detailsOpen.value;
  return (
    <span class="open-drawer">
      <IconButton
        label={open ? 'Close the details' : 'Details of the layer'}
        expanded={open}
        testId="open-details"
        onClick={() => (session.detailsOpen.value = !open)}
      >
        <path d="M2 2.500h12v11H2zM3.300 3.800v8.400h5.200V3.800z" />
      </IconButton>
    </span>
  );
}

/** Plots or tables; some views are tables either way. */
function TableToggle() {
  const session = useSession();
  const {asTable} = session.settings;
  const pressed = asTable.value === 'yes';
  return (
    <IconButton
      label={pressed ? 'View as plot (t)' : 'View as table (t)'}
      pressed={pressed}
      disabled={viewNamed(session.view.value).isTable}
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
  if (viewNamed(session.view.value).ofAllRuns) return null; // it has a search
  const {valid} = session.filter.value;
  return (
    <input
      class={`filter ${valid ? '' : 'invalid'}`}
      type="search"
      placeholder="Filter layers (regex)"
      aria-label="Filter layers by a regular expression"
      aria-invalid={!valid}
      title={valid ? undefined : 'Not a valid regular expression: matched as plain text'}
      value={filter.value}
      data-testid="filter"
      onInput={(event) => (filter.value = event.currentTarget.value)}
    />
  );
}
