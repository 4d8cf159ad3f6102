/** Two runs' tables of one statistic, row by row. Pure. */

import {valuesKey} from '../../api/queries';
import type {Table} from '../../api/types';
import {isMissing, tableRow} from '../../data/tables';
import {lastAtMost} from '../../draw/time_scale';

interface RowPair {
  readonly name: string;
  /** In the second table. */
  readonly other: string;
}

interface Matched {
  /** In the first table's order. */
  readonly pairs: readonly RowPair[];
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** Pairs whose names differ. */
  readonly byDepth: number;
}

/**
 * Matches rows by name, and what is left by depth: the first with the first, the last with the last.
 *
 * Args:
 *   part: What a row is of its layer, such as "kernel": only rows with the same part are matched.
 */
export function matchRows(
  first: readonly string[],
  second: readonly string[],
  part: (name: string) => string = () => '',
): Matched {
  const [inFirst, inSecond] = [new Set(first), new Set(second)];
  const partners = new Map(first.filter((name) => inSecond.has(name)).map((name) => [name, name]));
  const byPart = (names: readonly string[], known: ReadonlySet<string>) => {
    const found = new Map<string, string[]>();
    for (const name of names) {
      if (!known.has(name)) found.set(part(name), [...(found.get(part(name)) ?? []), name]);
    }
    return found;
  };
  const left = byPart(second, inFirst);
  let byDepth = 0;
  for (const [of, names] of byPart(first, inSecond)) {
    for (const [name, other] of byRelativeDepth(names, left.get(of) ?? [])) {
      partners.set(name, other);
      byDepth++;
    }
  }
  const taken = new Set(partners.values());
  return {
    pairs: first.flatMap((name) => {
      const other = partners.get(name);
      return other === undefined ? [] : [{name, other}];
    }),
    onlyFirst: first.filter((name) => !partners.has(name)),
    onlySecond: second.filter((name) => !taken.has(name)),
    byDepth,
  };
}

/** Each of the shorter list with one of the longer, evenly spread over it. */
function byRelativeDepth(a: readonly string[], b: readonly string[]): [string, string][] {
  if (a.length > b.length) return byRelativeDepth(b, a).map(([y, x]) => [x, y]);
  const stride = a.length > 1 ? (b.length - 1) / (a.length - 1) : 0;
  return a.map((name, place) => [name, b[Math.round(place * stride)]]);
}

export interface Cells {
  /** Row-major [names, columns]. */
  readonly values: Float32Array;
  /** 1 where nothing is recorded, or the statistic does not apply. */
  readonly missing: Uint8Array;
}

/** A table's rows by name, with an empty column behind; a row that it does not have is missing throughout. */
export function rowsByName(table: Table, names: readonly string[], statistic: string): Cells {
  const columns = table.steps.length + 1;
  const values = new Float32Array(names.length * columns).fill(NaN);
  const missing = new Uint8Array(values.length).fill(1);
  names.forEach((name, row) => {
    const own = tableRow(table, name, statistic);
    if (!own) return;
    values.set(own, row * columns);
    own.forEach((_, column) => {
      missing[row * columns + column] = isMissing(table, name, statistic, column) ? 1 : 0;
    });
  });
  return {values, missing};
}

export type DifferenceKind = 'ratio' | 'difference';

/** What cannot be negative is compared by its ratio, except fractions, whose difference says more. */
export function differenceKind(
  tables: readonly Table[],
  statistic: string,
  isFraction: boolean,
): DifferenceKind {
  const isSigned = tables.some((table) =>
    table.values.get(valuesKey(statistic))?.some((value) => value < 0),
  );
  return isFraction || isSigned ? 'difference' : 'ratio';
}

/** As a power of two: larger ratios are shown as this one. */
export const LARGEST_RATIO = 10;

/**
 * The second number against the first: the base-2 logarithm of the ratio, or the difference.
 *
 * Two zeros do not differ. A ratio to or of zero is the largest one. NaN where either is not finite.
 */
export function differ(first: number, second: number, kind: DifferenceKind): number {
  if (!Number.isFinite(first) || !Number.isFinite(second)) return NaN;
  if (kind === 'difference') return second - first;
  if (first === second) return 0;
  const ratio = Math.log2(second / first);
  return Math.max(-LARGEST_RATIO, Math.min(LARGEST_RATIO, ratio));
}

/**
 * At each of the first run's places on the axis, the second one's newest sample at or before it against
 * the first one's; missing before the second one's first sample and after its last one.
 */
export function differences(
  first: {readonly places: Float64Array; readonly cells: Cells},
  second: {readonly places: Float64Array; readonly cells: Cells},
  kind: DifferenceKind,
): Cells {
  const [columns, others] = [first.places.length, second.places.length];
  const rows = columns ? first.cells.values.length / columns : 0;
  const values = new Float32Array(rows * columns).fill(NaN);
  const missing = new Uint8Array(values.length).fill(1);
  const sample = Array.from(first.places, (place) => overlapping(second.places, place));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const other = row * others + sample[column];
      if (sample[column] < 0 || first.cells.missing[at] || second.cells.missing[other]) continue;
      missing[at] = 0;
      values[at] = differ(first.cells.values[at], second.cells.values[other], kind);
    }
  }
  return {values, missing};
}

/** The newest sample at or before a place, -1 before the first one and after the last one. */
export function overlapping(places: Float64Array, place: number): number {
  return places.length && place <= places[places.length - 1] ? lastAtMost(places, place) : -1;
}
