/** The history of a layer's units over the run, and the order to show them in. Pure. */

export const UNIT_ORDERS = ['unit', 'death', 'activity'] as const;
export type UnitOrder = (typeof UNIT_ORDERS)[number];

/** Units over time: row-major [units, steps]. */
export interface UnitGrid {
  readonly units: number;
  /** Last step in each column. */
  readonly steps: Float64Array;
  readonly maxAbs: Float32Array;
  readonly dead: Uint8Array;
}

/**
 * The column since which a unit has been dead.
 *
 * Args:
 *   column: The shown column.
 *
 * Returns: -1 where the unit is not dead in that column.
 */
export function deadSince({steps, dead}: UnitGrid, unit: number, column: number): number {
  const start = unit * steps.length;
  let first = column + 1;
  while (first > 0 && dead[start + first - 1]) first--;
  return first <= column ? first : -1;
}

/** Number of dead units in a column. */
export function deadCount({units, steps, dead}: UnitGrid, column: number): number {
  let count = 0;
  for (let unit = 0; unit < units; unit++) count += dead[unit * steps.length + column];
  return count;
}

/** Number of dead units in each column. */
export function deadCounts(grid: UnitGrid): Float32Array {
  return Float32Array.from(grid.steps, (_, column) => deadCount(grid, column));
}

/** Mean of a unit's finite magnitudes over the run; NaN where there is none. */
export function meanActivity({steps, maxAbs}: UnitGrid, unit: number): number {
  const row = maxAbs.subarray(unit * steps.length, (unit + 1) * steps.length);
  let [sum, count] = [0, 0];
  for (const value of row) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** Median over the units in each column, of finite magnitudes; NaN where there is none. */
export function medianOverUnits({units, steps, maxAbs}: UnitGrid): Float32Array {
  const column = new Float32Array(units);
  return Float32Array.from(steps, (_, at) => {
    for (let unit = 0; unit < units; unit++) column[unit] = maxAbs[unit * steps.length + at];
    const finite = column.filter(Number.isFinite).sort();
    return finite.length ? finite[finite.length >> 1] : NaN;
  });
}

/**
 * Units in the order of `death` (those that are dead at the end of the run, longest dead first),
 * of `activity` (largest mean magnitude first), or as they are. Equal ones stay in their own order.
 */
export function orderUnits(grid: UnitGrid, order: UnitOrder): Int32Array {
  const units = Int32Array.from({length: grid.units}, (_, unit) => unit);
  if (order === 'unit') return units;
  const last = grid.steps.length - 1;
  const rank = Float64Array.from(units, (unit) => {
    if (order === 'activity') return -meanActivity(grid, unit);
    const since = deadSince(grid, unit, last);
    return since < 0 ? Infinity : since;
  });
  const key = (unit: number) => (Number.isNaN(rank[unit]) ? Infinity : rank[unit]);
  return units.sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
}

/** Rows of a grid in another order. */
export function takeRows<T extends Float32Array | Uint8Array>(
  values: T,
  columns: number,
  order: Int32Array,
): T {
  const taken = values.slice() as T;
  order.forEach((row, place) => {
    taken.set(values.subarray(row * columns, (row + 1) * columns), place * columns);
  });
  return taken;
}
