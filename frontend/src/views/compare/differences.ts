/** Two runs' tables of one statistic, row by row. Pure. */

import {valuesKey} from '../../api/queries';
import type {Table} from '../../api/types';
import {isMissing, tableRow} from '../../data/tables';
import {lastAtMost} from '../../draw/time_scale';

/** Names of the first table's rows, then those that only the second one has. */
export function matchRows(first: readonly string[], second: readonly string[]): string[] {
  const known = new Set(first);
  return [...first, ...second.filter((name) => !known.has(name))];
}

export interface Cells {
  /** Row-major [names, columns]. */
  readonly values: Float32Array;
  /** 1 where nothing is recorded, or the statistic does not apply. */
  readonly missing: Uint8Array;
}

/** A table's rows by name; a row that it does not have is missing throughout. */
export function rowsByName(table: Table, names: readonly string[], statistic: string): Cells {
  const columns = table.steps.length;
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
 * At each of the first run's steps, the second one's newest sample at or before it against the first
 * one's; missing before the second one's first sample and after its last one.
 */
export function differences(
  first: {readonly steps: Float64Array; readonly cells: Cells},
  second: {readonly steps: Float64Array; readonly cells: Cells},
  kind: DifferenceKind,
): Cells {
  const [columns, others] = [first.steps.length, second.steps.length];
  const rows = columns ? first.cells.values.length / columns : 0;
  const values = new Float32Array(rows * columns).fill(NaN);
  const missing = new Uint8Array(values.length).fill(1);
  const sample = Array.from(first.steps, (step) => overlapping(second.steps, step));
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

/** The newest sample at or before a step, -1 before the first one and after the last one. */
export function overlapping(steps: Float64Array, step: number): number {
  return steps.length && step <= steps[steps.length - 1] ? lastAtMost(steps, step) : -1;
}
