/** Where two runs first part (docs/http_api.md, `difference`). */

import {type Query, json, query} from './queries';

export interface SettingDifference {
  readonly name: string;
  /** Null where the run does not have it. */
  readonly a: string | null;
  readonly b: string | null;
  readonly group: string;
}

export interface Difference {
  readonly outcome: 'same' | 'rounding' | 'substance' | 'unknown';
  readonly settings: readonly SettingDifference[];
  readonly parting: {readonly step: number; readonly phase: string; readonly tensor: string} | null;
  /** Where they part, what that means and what could not be compared, the most important first. */
  readonly sentences: readonly string[];
}

export function differenceQuery(run: string, other: string): Query<Difference> {
  return {
    url: `difference?${query({run, other})}`,
    decode: json<Difference>,
    patient: true,
  };
}
