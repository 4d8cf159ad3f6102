/** Commands that were carried out, as the run recorded them. Pure. */

import {type Query, json, query} from '../api/queries';
import type {Branch} from '../data/branches';

/** A command, as the run recorded it. */
export interface ControlEntry {
  readonly step: number;
  readonly command: string;
  readonly outcome: string;
  readonly why: string;
  readonly old: string;
  readonly new: string;
  /** Steps that were given up, as training returned to a state before them. */
  readonly given_up: Branch;
}

export const controlsQuery = (run: string): Query<{entries: readonly ControlEntry[]}> => ({
  url: `controls?${query({run})}`,
  decode: json,
});

/** Entries that changed something: these are marked on the strip. */
export const marksOf = (entries: readonly ControlEntry[]) =>
  entries.filter((entry) => entry.outcome === 'done' && entry.new !== '');

/** What was given up, one item a return. */
export const branchesOf = (entries: readonly ControlEntry[]) =>
  entries.map((entry) => entry.given_up).filter(([from, until]) => from < until);

/** An entry as one line: what was changed, and how. */
export function entryText({command, why, old, new: now}: ControlEntry): string {
  if (command === 'breakpoint') return `paused: ${why}`;
  return `${words(command)}: ${old ? `${old} → ` : ''}${now}`;
}

/** "set_learning_rate" to "set learning rate", "look_at_batch" to "inspect batch". */
export const words = (name: string) => name.replace(/^look_at_/, 'inspect_').replaceAll('_', ' ');
