/**
 * Values to colour codes, one byte per cell: 0 nothing recorded, 1 exactly zero on a log scale, 2..254
 * from the low to the high end of the scale, 255 non-finite. Codes are pooled by maximum, so that a
 * non-finite value always wins and a missing one never does.
 */

export const CODE_MISSING = 0;
export const CODE_ZERO = 1;
export const CODE_LOW = 2;
export const CODE_HIGH = 254;
export const CODE_NONFINITE = 255;
/** The middle of a diverging scale. */
export const CODE_MIDDLE = 128;

export type ScaleName = 'log' | 'linear' | 'relative';

/** What a code stands for. */
interface CodeScale {
  readonly name: ScaleName;
  /** Values (`relative`: factors of the row's median, as powers of two) at codes 2 and 254. */
  readonly low: number;
  readonly high: number;
  /** Whether the middle means zero (or, for `relative`, no change). */
  readonly diverging: boolean;
}

export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: Float32Array;
}

export interface Coded {
  readonly codes: Uint8Array;
  readonly scale: CodeScale;
  /** Number of cells of each special code. */
  readonly zeros: number;
  readonly nonfinite: number;
}

type MissingTest = (index: number) => boolean;
const never: MissingTest = () => false;

const MOST_DECADES = 12; // wider log scales are clamped at their low end
const LARGEST_CHANGE = 10; // as a power of two: relative scales are clamped at x 1/1024 and x 1024

/**
 * Codes every cell.
 *
 * Args:
 *   grid: The values.
 *   name: `log` needs values that are not negative, otherwise `linear` is used; `relative` is the
 *     base-2 logarithm of the ratio to the row's own median.
 *   isMissing: Whether a NaN at this index means "does not apply" rather than a number that went bad.
 *   fixed: Ends of the scale, where they are not to be taken from the data.
 */
export function encode(
  grid: Grid,
  name: ScaleName,
  isMissing: MissingTest = never,
  fixed?: readonly [number, number],
): Coded {
  const extent = extentOf(grid.values);
  if (name !== 'linear' && extent.minimum < 0) return encode(grid, 'linear', isMissing, fixed);
  if (name === 'relative') return encodeRelative(grid, isMissing);
  const scale = name === 'log' ? logScale(extent, fixed) : linearScale(extent, fixed);
  return encodeWith(grid, scale, isMissing);
}

function encodeWith(grid: Grid, scale: CodeScale, isMissing: MissingTest): Coded {
  const log = scale.name === 'log';
  const low = log ? Math.log(scale.low) : scale.low;
  const high = log ? Math.log(scale.high) : scale.high;
  const factor = high > low ? (CODE_HIGH - CODE_LOW) / (high - low) : 0;
  return fill(grid, scale, isMissing, (value) => {
    if (log && value === 0) return CODE_ZERO;
    const position = factor ? ((log ? Math.log(value) : value) - low) * factor : 126;
    return clampCode(position);
  });
}

function encodeRelative(grid: Grid, isMissing: MissingTest): Coded {
  const medians = rowMedians(grid);
  let reach = 0.1;
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const value = grid.values[row * grid.columns + column];
      const change = Math.abs(Math.log2(value / medians[row]));
      if (Number.isFinite(change) && change > reach) reach = change;
    }
  }
  reach = Math.min(reach, LARGEST_CHANGE);
  const scale: CodeScale = {name: 'relative', low: -reach, high: reach, diverging: true};
  const factor = (CODE_HIGH - CODE_LOW) / (2 * reach);
  return fill(grid, scale, isMissing, (value, row) => {
    if (value === 0) return CODE_ZERO;
    const change = Math.log2(value / medians[row]);
    return Number.isFinite(change) ? clampCode((change + reach) * factor) : CODE_HIGH;
  });
}

function fill(
  grid: Grid,
  scale: CodeScale,
  isMissing: MissingTest,
  code: (value: number, row: number) => number,
): Coded {
  const codes = new Uint8Array(grid.rows * grid.columns);
  let zeros = 0;
  let nonfinite = 0;
  for (let row = 0, index = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++, index++) {
      const value = grid.values[index];
      if (!Number.isFinite(value)) {
        if (Number.isNaN(value) && isMissing(index)) continue;
        codes[index] = CODE_NONFINITE;
        nonfinite++;
        continue;
      }
      codes[index] = code(value, row);
      if (codes[index] === CODE_ZERO) zeros++;
    }
  }
  return {codes, scale, zeros, nonfinite};
}

interface Extent {
  /** Over finite values. */
  minimum: number;
  maximum: number;
  /** Smallest finite value above zero. */
  positive: number;
}

function extentOf(values: Float32Array): Extent {
  let [minimum, maximum, positive] = [Infinity, -Infinity, Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    if (value > 0 && value < positive) positive = value;
  }
  return {minimum, maximum, positive};
}

function logScale(extent: Extent, fixed?: readonly [number, number]): CodeScale {
  const high = fixed?.[1] ?? (extent.maximum > 0 ? extent.maximum : 1);
  const smallest = Math.min(extent.positive, high);
  const low = fixed?.[0] ?? Math.max(smallest, high / 10 ** MOST_DECADES);
  return {name: 'log', low, high, diverging: false};
}

function linearScale(extent: Extent, fixed?: readonly [number, number]): CodeScale {
  if (fixed) return {name: 'linear', low: fixed[0], high: fixed[1], diverging: fixed[0] < 0};
  if (extent.minimum > extent.maximum) return {name: 'linear', low: 0, high: 1, diverging: false};
  if (extent.minimum < 0) {
    const reach = Math.max(-extent.minimum, extent.maximum);
    return {name: 'linear', low: -reach, high: reach, diverging: true};
  }
  return {name: 'linear', low: extent.minimum, high: extent.maximum, diverging: false};
}

/** Median of each row's finite positive values, NaN where there are none. */
export function rowMedians(grid: Grid): Float64Array {
  const medians = new Float64Array(grid.rows).fill(NaN);
  for (let row = 0; row < grid.rows; row++) {
    const values = grid.values
      .slice(row * grid.columns, (row + 1) * grid.columns)
      .filter((value) => Number.isFinite(value) && value > 0)
      .sort();
    if (values.length) medians[row] = values[values.length >> 1];
  }
  return medians;
}

const clampCode = (position: number) =>
  Math.min(CODE_HIGH, Math.max(CODE_LOW, Math.round(position) + CODE_LOW));
