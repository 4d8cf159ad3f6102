/** Quantiles over rows, column by column. Pure. */

import type {Grid} from './codes';

export interface Quantiles {
  /** One line for each fraction asked for, in their order; NaN where a column has no finite value. */
  readonly lines: readonly Float32Array[];
  /** 1 where a row of the column is NaN or infinite: quantiles exclude it, the plot marks it. */
  readonly nonfinite: Uint8Array;
}

/**
 * Quantiles of each column's finite values, linearly interpolated.
 *
 * Args:
 *   fractions: 0 for the smallest to 1 for the largest.
 *   isMissing: Whether a non-finite value at this index means "does not apply".
 */
export function columnQuantiles(
  {rows, columns, values}: Grid,
  fractions: readonly number[],
  isMissing: (index: number) => boolean = () => false,
): Quantiles {
  const lines = fractions.map(() => new Float32Array(columns).fill(NaN));
  const nonfinite = new Uint8Array(columns);
  const found = new Float32Array(rows);
  for (let column = 0; column < columns; column++) {
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const index = row * columns + column;
      if (Number.isFinite(values[index])) found[count++] = values[index];
      else if (!isMissing(index)) nonfinite[column] = 1;
    }
    if (!count) continue;
    const sorted = found.subarray(0, count).sort();
    fractions.forEach((fraction, place) => (lines[place][column] = quantile(sorted, fraction)));
  }
  return {lines, nonfinite};
}

function quantile(sorted: Float32Array, fraction: number): number {
  const at = fraction * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
