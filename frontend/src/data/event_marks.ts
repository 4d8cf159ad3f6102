/** What every plot marks on its time axis: where findings begin, and where commands were carried out. Pure. */

import type {Finding} from '../api/findings';
import type {Severity} from '../catalog';
import type {TimeDomain} from '../draw/time_scale';
import {rankOf} from './findings';

export interface EventMark {
  /** In percent of the plot's width. */
  readonly left: number;
  readonly kind: Severity | 'command';
}

/** One mark a step: of several findings that begin there the worst. Not what holds from the start. */
export function eventMarks(
  findings: readonly Finding[],
  commandSteps: readonly number[],
  {first, end}: TimeDomain,
  position: (step: number) => number = (step) => step,
): EventMark[] {
  const left = (step: number) => (100 * (position(step) - first)) / (end - first);
  const inside = (step: number) => first < position(step) && position(step) < end;
  const begin = new Map<number, Finding>();
  for (const finding of findings) {
    if (rankOf(finding) > rankOf(begin.get(finding.first_step)))
      begin.set(finding.first_step, finding);
  }
  const found = [...begin].map(([step, {severity}]) => ({step, kind: severity}));
  const given = [...new Set(commandSteps)].map((step) => ({step, kind: 'command' as const}));
  return [...given, ...found]
    .filter(({step}) => inside(step))
    .map(({step, kind}) => ({left: left(step), kind}));
}
