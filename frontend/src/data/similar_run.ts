/** Which run is most like another one. Pure. */

import type {RunSummary} from '../api/summaries';

/** The other run with the most settings in common, of equal ones the one nearest in time. */
export function mostSimilar(runs: readonly RunSummary[], name: string): RunSummary | undefined {
  const own = runs.find((run) => run.name === name);
  const others = runs.filter((run) => run !== own);
  if (!own) return others[0];
  return others
    .map((run) => ({run, share: shared(own, run), apart: Math.abs(run.updated - own.updated)}))
    .sort((a, b) => b.share - a.share || a.apart - b.apart)[0]?.run;
}

/** Share of all settings that are the same in both. */
function shared(a: RunSummary, b: RunSummary): number {
  const names = new Set([...a.configuration.keys(), ...b.configuration.keys()]);
  const same = [...names].filter((key) => a.configuration.get(key) === b.configuration.get(key));
  return names.size ? same.length / names.size : 0;
}
