/** Numbers to places on a colour map. Pure. */

import {statisticInfo} from './statistics';

interface ColourScale {
  readonly low: number;
  readonly high: number;
  /** 0 to 1; NaN where the value has no place: not finite, or not positive on a log scale. */
  readonly position: (value: number) => number;
}

/** From the least to the largest value, by the statistic's own scale; shares from nothing to all. */
export function colourScale(values: readonly number[], statistic: string): ColourScale {
  const {scale, format} = statisticInfo(statistic);
  const log = scale === 'log';
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const share = format === 'percent';
  const low = share ? 0 : Math.min(...(usable.length ? usable : [0]));
  const high = share ? 1 : Math.max(...(usable.length ? usable : [0]));
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
