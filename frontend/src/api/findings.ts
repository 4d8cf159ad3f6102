/** What the diagnosis says about a run (docs/http_api.md, `findings`). */

import type {FindingChangeName, Severity} from '../catalog';
import {type Query, json, query} from './queries';

/** One number that a finding rests on, and the series it was taken from. */
export interface Evidence {
  readonly name: string;
  /** Null where it is non-finite: `text` says which. */
  readonly value: number | null;
  /** "%" where the value is a fraction of 1. */
  readonly unit: string;
  readonly threshold: number | null;
  readonly text: string;
  /** Of `table`; empty where it comes from none. */
  readonly kind: string;
  readonly statistic: string;
  readonly row: string;
}

export interface Advice {
  readonly text: string;
  /** Lines of Keras; empty where there are none. */
  readonly code: string;
}

interface UnitsOfSite {
  readonly site: string;
  readonly indices: readonly number[];
}

export interface Finding {
  readonly problem: string;
  /** Which form of the problem; "" in answers of older versions. */
  readonly variant: string;
  readonly severity: Severity;
  /** 0 to 1. */
  readonly confidence: number;
  readonly title: string;
  readonly first_step: number;
  /** When it could be known. */
  readonly confirmed_step: number;
  readonly last_step: number;
  readonly ongoing: boolean;
  readonly cause: string;
  readonly where: {
    readonly layers: readonly string[];
    readonly units: readonly UnitsOfSite[];
    readonly variables: readonly string[];
  };
  readonly evidence: readonly Evidence[];
  readonly advice: readonly Advice[];
  readonly related: readonly Finding[];
}

/** What was reported of a problem while the run trained. */
export interface ReportedChange {
  readonly step: number;
  readonly change: FindingChangeName;
  readonly problem: string;
  readonly severity: Severity;
  readonly title: string;
}

/** A problem that is judged otherwise now than when the run trained. */
export interface Difference {
  readonly problem: string;
  /** Null where it was not reported. */
  readonly reported: Severity | null;
  /** Null where it is not found now. */
  readonly found: Severity | null;
  readonly text: string;
}

export interface Reported {
  readonly changes: readonly ReportedChange[];
  /** Step of the last evaluation, at the end of the fit. */
  readonly ended_at: number | null;
  readonly differences: readonly Difference[];
}

export interface Threshold {
  readonly name: string;
  readonly value: number;
  readonly default: number;
  readonly low: number;
  readonly high: number;
  readonly definition: string;
  readonly source: string;
}

/** A rule that could not look. */
export interface Unable {
  readonly problem: string;
  readonly reason: string;
  /** The line that has it look in the next run; "" if there is none. */
  readonly advice: string;
}

/** What the diagnosis says of a run as a whole. */
export interface Verdict {
  readonly state: 'unknown' | 'healthy' | 'recovered' | 'warning' | 'error';
  readonly short: string;
  readonly text: string;
  readonly passed: number;
  readonly unable: readonly Unable[];
}

export interface FindingsAnswer {
  readonly run: string;
  readonly verdict: Verdict;
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly reported: Reported;
  readonly thresholds: readonly Threshold[];
  readonly problems: readonly string[];
}

/** The findings of a run with thresholds that differ from their defaults. */
export function findingsQuery(
  run: string,
  thresholds: ReadonlyMap<string, number>,
): Query<FindingsAnswer> {
  const given = query({...Object.fromEntries(thresholds), run});
  return {url: `findings?${given}`, decode: json<FindingsAnswer>, patient: true};
}
