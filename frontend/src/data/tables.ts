/** Rows of the statistics tables, and what a NaN in them stands for. Pure. */

import {valuesKey} from '../api/queries';
import type {Table} from '../api/types';
import {statisticInfo} from './statistics';

/** Tables by kind; a kind that is not recorded or not loaded is absent. */
export type Tables = ReadonlyMap<string, Table>;

type Rows = ReadonlyMap<string, Float32Array>;
const ROWS = new WeakMap<Table, Map<string, Rows>>();

/** One row of one statistic, always the same object, or undefined where there is no such row. */
export function tableRow(table: Table, name: string, statistic: string): Float32Array | undefined {
  const known = ROWS.get(table) ?? new Map<string, Rows>();
  if (!known.size) ROWS.set(table, known);
  const rows = known.get(statistic) ?? rowsByName(table, statistic);
  known.set(statistic, rows);
  return rows.get(name);
}

function rowsByName({names, steps, values}: Table, statistic: string): Rows {
  const all = values.get(valuesKey(statistic));
  const columns = steps.length;
  const rows = new Map<string, Float32Array>();
  // Backwards: of a name that comes twice, the first row counts.
  for (let row = all ? names.length - 1 : -1; row >= 0; row--) {
    rows.set(names[row], all!.subarray(row * columns, (row + 1) * columns));
  }
  return rows;
}

/**
 * Whether a NaN in a row means "does not apply" rather than a number that went bad.
 *
 * The fraction of dead units does not apply to a layer that cannot die; an update ratio does not apply
 * to weights that are all zero, as long as the update itself is finite.
 */
export function isMissing(table: Table, name: string, statistic: string, column: number): boolean {
  const {nanIsMissing, appliesToFinite} = statisticInfo(statistic);
  if (!nanIsMissing || !Number.isNaN(tableRow(table, name, statistic)?.[column])) return false;
  return !appliesToFinite || Number.isFinite(tableRow(table, name, appliesToFinite)?.[column] ?? 0);
}

/** One value of a row; undefined where nothing is recorded or the statistic does not apply. */
export function tableValue(
  table: Table | undefined,
  name: string,
  statistic: string,
  column: number,
): number | undefined {
  if (!table || column < 0 || isMissing(table, name, statistic, column)) return undefined;
  return tableRow(table, name, statistic)?.[column];
}
