/** Histograms over time as densities on a signed logarithmic axis. Pure. */

import {CODE_NONFINITE, type Coded, encode} from './codes';
import {logTicks} from './ticks';

/** Counts of one tensor's finite elements, by column and bin. */
export interface Histogram {
  /** Columns. */
  readonly steps: ArrayLike<number>;
  /** B + 1 edges from -inf to inf, the same with both signs, not zero itself. */
  readonly edges: Float64Array;
  /** Row-major [columns, B]. */
  readonly counts: Uint32Array;
}

export const binsOf = ({edges}: Histogram) => edges.length - 1;

/** Elements counted in a column. */
export function totalOf(histogram: Histogram, column: number): number {
  const bins = binsOf(histogram);
  let total = 0;
  for (let bin = 0; bin < bins; bin++) total += histogram.counts[column * bins + bin];
  return total;
}

/**
 * The bins worth drawing, largest values first: up to the outermost ones that are used on each side,
 * and without those around zero that are never used, except the one that holds zero.
 *
 * Returns: indices of bins; the middle one alone where nothing was counted.
 */
export function drawnBins(histogram: Histogram): Int32Array {
  const bins = binsOf(histogram);
  const middle = bins >> 1;
  const used = new Uint8Array(bins);
  histogram.counts.forEach((count, index) => {
    if (count) used[index % bins] = 1;
  });
  const isUsed = (order: number) => Boolean(used[middle + order] || used[middle - order]);
  const orders = Array.from({length: middle}, (_, index) => index + 1).filter(isUsed);
  const [low, high] = [orders[0] ?? 0, orders.at(-1) ?? 0];
  const kept = [middle];
  for (let order = Math.max(1, low); order <= high; order++) {
    if (used[middle + order] || hasBeyond(used, middle, order, 1)) kept.unshift(middle + order);
    if (used[middle - order] || hasBeyond(used, middle, order, -1)) kept.push(middle - order);
  }
  return Int32Array.from(kept);
}

/** Whether a bin farther out on that side is used. */
function hasBeyond(used: Uint8Array, middle: number, order: number, sign: 1 | -1): boolean {
  for (let at = order + 1; at <= middle; at++) if (used[middle + sign * at]) return true;
  return false;
}

/** Fraction of the column's elements in each bin, row-major [bins given, columns]; NaN where none are. */
export function binFractions(histogram: Histogram, bins: Int32Array): Float32Array {
  const columns = histogram.steps.length;
  const all = binsOf(histogram);
  const values = new Float32Array(bins.length * columns).fill(NaN);
  for (let column = 0; column < columns; column++) {
    const total = totalOf(histogram, column);
    bins.forEach((bin, row) => {
      const count = histogram.counts[column * all + bin];
      if (count) values[row * columns + column] = count / total;
    });
  }
  return values;
}

/** Colour codes of those fractions; a column without finite elements is non-finite throughout. */
export function densityCodes(histogram: Histogram, bins: Int32Array): Coded {
  const columns = histogram.steps.length;
  const values = binFractions(histogram, bins);
  const coded = encode({rows: bins.length, columns, values}, 'log', () => true);
  let nonfinite = 0;
  for (let column = 0; column < columns; column++) {
    if (totalOf(histogram, column)) continue;
    nonfinite++;
    bins.forEach((_, row) => (coded.codes[row * columns + column] = CODE_NONFINITE));
  }
  return {...coded, nonfinite};
}

interface AxisTick {
  readonly value: number;
  /** Distance from the top, in rows. */
  readonly row: number;
}

/** Powers of ten of both signs and zero, about `count` of them, where their bins are drawn. */
export function valueTicks(histogram: Histogram, bins: Int32Array, count: number): AxisTick[] {
  const middle = binsOf(histogram) >> 1;
  const zero = {value: 0, row: bins.indexOf(middle) + 0.5};
  const side = (sign: 1 | -1) => {
    const own = [...bins].filter((bin) => (bin - middle) * sign > 0);
    const ends = own.flatMap((bin) => [histogram.edges[bin], histogram.edges[bin + 1]]);
    const magnitudes = ends.map(Math.abs).filter(Number.isFinite);
    if (!magnitudes.length) return [];
    const ticks = logTicks(Math.min(...magnitudes), Math.max(...magnitudes), count / 2);
    return ticks.map((tick) => ({
      value: sign * tick,
      row: rowOf(histogram, bins, sign * tick),
    }));
  };
  const apart = bins.length / (2 * count); // labels of the same size need room
  const others = [...side(1), ...side(-1)].filter(({row}) => Math.abs(row - zero.row) > apart);
  return [zero, ...others].filter((tick) => tick.row >= 0);
}

/** Where a value that is not zero lies, in rows from the top; -1 where its bin is not drawn. */
export function rowOf({edges}: Histogram, bins: Int32Array, value: number): number {
  const row = bins.findIndex((bin) => edges[bin] <= value && value < edges[bin + 1]);
  if (row < 0) return -1;
  const [low, high] = [edges[bins[row]], edges[bins[row] + 1]];
  const within =
    Number.isFinite(low) && Number.isFinite(high) && low * high > 0
      ? Math.log(value / low) / Math.log(high / low)
      : 0.5;
  return row + 1 - within; // larger values lie higher
}

/** Evenly spread columns, the last one among them. */
export function spreadColumns(columns: number, most: number): number[] {
  const count = Math.min(columns, most);
  if (count < 2) return columns ? [columns - 1] : [];
  return Array.from({length: count}, (_, i) => Math.round((i * (columns - 1)) / (count - 1)));
}
