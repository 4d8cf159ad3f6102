/** Where the runs first part, and the settings that differ. */

import {useSignal} from '@preact/signals';
import type {ShownRun} from './runs_shown';
import {Dash} from './run_chips';

const FEW = 8; // settings shown at first

const OUTCOMES = {
  same: 'The same',
  rounding: 'Rounding',
  substance: 'Different',
  unknown: 'Not comparable',
} as const;

export function Partings({runs}: {runs: readonly ShownRun[]}) {
  return (
    <ul class="partings">
      {runs.slice(1).map(({run, difference}, place) => (
        <li
          key={run.name}
          data-testid="parting"
          data-run={run.name}
          data-value={difference?.outcome}
        >
          <Dash place={place + 1} /> <span class="name">{run.name}</span>{' '}
          {difference ? (
            <>
              <b>{OUTCOMES[difference.outcome]}</b>{' '}
              <span title={difference.sentences.join('\n')}>{difference.sentences[0]}</span>
            </>
          ) : (
            <span class="quiet">comparing…</span>
          )}
        </li>
      ))}
    </ul>
  );
}

export function SettingsTable({runs}: {runs: readonly ShownRun[]}) {
  const all = useSignal(false);
  const rows = rowsOf(runs);
  const compared = runs.slice(1).filter(({difference}) => difference);
  if (!compared.length) return null;
  if (!rows.length) return <p class="quiet compare-note">No setting differs.</p>;
  const shown = all.value ? rows : rows.slice(0, FEW);
  return (
    <div class="compare-settings" tabIndex={0} data-testid="compare-settings">
      <table class="sheet-table">
        <thead>
          <tr>
            <th scope="col">Settings that differ</th>
            {runs.map(({run}, place) => (
              <th scope="col" key={run.name}>
                <Dash place={place} /> {run.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({name, values}) => (
            <tr key={name} data-setting={name}>
              <th scope="row">{name}</th>
              {values.map((value, place) => (
                <td
                  key={runs[place].run.name}
                  class={place && value === values[0] ? 'quiet' : ''}
                  title={value ?? undefined}
                >
                  {value ?? '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > FEW && (
        <button type="button" class="button" onClick={() => (all.value = !all.value)}>
          {all.value ? 'Fewer' : `All ${rows.length}`}
        </button>
      )}
    </div>
  );
}

/** A setting that differs from the shown run's in one of the others, and its values in all runs. */
function rowsOf(runs: readonly ShownRun[]) {
  const rows = new Map<string, (string | null)[]>();
  const differences = runs.map(({difference}) => difference?.settings ?? []);
  for (const {name, a} of differences.flat()) {
    // Where a run does not differ, it has the shown run's value.
    rows.set(name, rows.get(name) ?? runs.map(() => a));
  }
  differences.forEach((settings, place) => {
    for (const {name, b} of settings) rows.get(name)![place] = b;
  });
  const structure = new Set(
    differences.flat().flatMap(({name, group}) => (group === 'model' ? [name] : [])),
  );
  // Layers that only one has are many, and the heatmaps tell of them as well.
  return [...rows]
    .map(([name, values]) => ({name, values}))
    .sort((a, b) => Number(structure.has(a.name)) - Number(structure.has(b.name)));
}
