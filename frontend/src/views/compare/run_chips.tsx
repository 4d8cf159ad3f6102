/** The runs that are compared, with the colour of their curves; some can be added and taken away. */

import {CloseButton, Select} from '../../components/controls';
import {MOST_OTHERS} from '../../state/compared_runs';
import {useSession} from '../../state/session';
import {lookOf} from './runs_shown';

/** The run whose heatmaps are shown. */
export function OtherRun() {
  const {compared, run, runs} = useSession();
  const own = run.value?.name;
  const names = (runs.state.value.data?.runs ?? [])
    .map(({name}) => name)
    .filter((name) => name !== own);
  const value = compared.names.value[0] ?? '';
  return (
    <Select
      label="Compare with"
      value={value}
      options={(names.includes(value) ? names : [value, ...names]).map((name) => [
        name,
        name || 'no other run',
      ])}
      onChange={(name) => compared.replaceFirst(name)}
      testId="compare-with"
      visibleLabel
    />
  );
}

export function AddRun() {
  const {compared} = useSession();
  const free = compared.free.value;
  if (!free.length || compared.names.value.length >= MOST_OTHERS) return null;
  return (
    <Select
      label="Add a run"
      value=""
      options={[['', 'Add a run'], ...free.map((name) => [name, name] as const)]}
      onChange={(name) => name && compared.toggle(name)}
      testId="compare-add"
    />
  );
}

export function RunChips() {
  const {compared, run} = useSession();
  const others = compared.runs.value;
  return (
    <div class="run-chips" data-testid="compare-runs">
      <span class="run-chip">
        <Dash place={0} />
        <span class="name" title={run.value?.name}>
          {run.value?.name}
        </span>
      </span>
      {others.map(({name}, place) => (
        <span class="run-chip" key={name} data-run={name}>
          <Dash place={place + 1} />
          <button
            type="button"
            title={place ? `Show the heatmaps of ${name}` : name}
            aria-pressed={place === 0}
            onClick={() => compared.putFirst(name)}
          >
            {name}
          </button>
          {others.length > 1 && (
            <CloseButton label={`Take ${name} away`} onClick={() => compared.toggle(name)} />
          )}
        </span>
      ))}
    </div>
  );
}

export function Dash({place}: {place: number}) {
  const {colour, dash} = lookOf(place);
  return <i class={`dash${dash ? ' dashed' : ''}`} style={{color: `var(--${colour})`}} />;
}
