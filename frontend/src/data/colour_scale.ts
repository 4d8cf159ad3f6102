/** Numbers to positions on a colour map. Pure. */

import {statisticInfo} from './statistics';

interface ColourScale {
  readonly low: number;
  readonly high: number;
  /** 0 to 1; NaN where the value has none: not finite, or not positive on a log scale. */
  readonly position: (value: number) => number;
}

/** From the smallest to the largest value, on the statistic's own scale; fractions from 0 to 1. */
export function colourScale(values: readonly number[], statistic: string): ColourScale {
  const {scale, format} = statisticInfo(statistic);
  const log = scale === 'log';
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const isFraction = format === 'percent';
  const low = isFraction ? 0 : Math.min(...(usable.length ? usable : [0]));
  const high = isFraction ? 1 : Math.max(...(usable.length ? usable : [0]));
  const at = (value: number) => (log ? Math.log(value) : value);
  return {
    low,
    high,
    position: (value) => {
      if (!Number.isFinite(value) || (log && value < 0)) return NaN;
      if (log && value === 0) return 0;
      return high > low ? (at(value) - at(low)) / (at(high) - at(low)) : 0.5;
    },
  };
}
