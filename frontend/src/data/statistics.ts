/** Kinds and statistics as the tab lists them. Pure. */

import {KINDS, type KindFacts, STATISTICS, type StatisticFacts} from '../catalog';

const titlesOf = (wanted: (facts: KindFacts) => boolean): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(KINDS)
      .filter(([, facts]) => wanted(facts))
      .map(([kind, {title}]) => [kind, title]),
  );

/** Kinds whose rows are variables or layer outputs, with their titles. */
export const LAYER_KINDS = titlesOf(({layers}) => layers);

/** All kinds with statistics over time: also those of the run as a whole, and of its data. */
export const TIME_KINDS = titlesOf(
  ({table, rows, statistics}) => table && (statistics.length > 0 || rows === 'one'),
);

/** The statistics of a kind, in the order of the records; empty where the records name them. */
export const statisticsOf = (kind: string): readonly string[] =>
  Object.hasOwn(KINDS, kind) ? KINDS[kind].statistics : [];

/** A title within a sentence: without its capital, unless it is a short form such as L2. */
export const inSentence = (title: string) =>
  /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;

/** What is known of a statistic; one that the catalogue does not have is a plain number. */
export function statisticInfo(statistic: string): StatisticFacts {
  if (Object.hasOwn(STATISTICS, statistic)) return STATISTICS[statistic];
  return {
    title: statistic,
    short: statistic,
    definition: '',
    formula: '',
    unit: '',
    format: 'number',
    scale: 'linear',
    diverging: false,
    nanIsMissing: false,
    appliesToFinite: '',
    divisor: '',
  };
}
