/** Commands that were carried out, as the run recorded them. Pure. */

import {type Query, json, query} from '../api/queries';

/** What was commanded, as it is recorded. */
export interface ControlEntry {
  readonly step: number;
  readonly command: string;
  readonly outcome: string;
  readonly why: string;
  readonly old: string;
  readonly new: string;
}

export const controlsQuery = (run: string): Query<{entries: readonly ControlEntry[]}> => ({
  url: `controls?${query({run})}`,
  decode: json,
});

/** Those that changed something: what the strip marks. */
export const marksOf = (entries: readonly ControlEntry[]) =>
  entries.filter((entry) => entry.outcome === 'done' && entry.new !== '');

/** An entry in a line: what was changed, and how. */
export function entryText({command, why, old, new: now}: ControlEntry): string {
  if (command === 'breakpoint') return `paused: ${why}`;
  return `${words(command)}: ${old ? `${old} → ` : ''}${now}`;
}

/** "set_learning_rate" to "set learning rate". */
export const words = (name: string) => name.replaceAll('_', ' ');
