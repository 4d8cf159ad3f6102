/** The course of a noisy series: a rolling median, which a single outlier does not move. Pure. */

const FEWEST = 40; // samples; of fewer each is seen
const NOISY = 0.4; // fraction of samples at which the series turns
const [NARROWEST, WIDEST] = [7, 51]; // samples
const WINDOWS = 25; // in a series, so that its course keeps its shape

/** How many samples the median is taken of: an odd number, 0 where the series needs none. */
export function trendWindow(values: Float32Array): number {
  const finite = values.filter(Number.isFinite);
  if (finite.length < FEWEST) return 0;
  let turns = 0;
  for (let at = 2; at < finite.length; at++) {
    if ((finite[at] - finite[at - 1]) * (finite[at - 1] - finite[at - 2]) < 0) turns++;
  }
  if (turns < NOISY * finite.length) return 0;
  const wanted = Math.floor(finite.length / WINDOWS / 2) * 2 + 1;
  return Math.min(WIDEST, Math.max(NARROWEST, wanted));
}

/** The median of the finite values among the `window` around each sample, fewer at the ends; else NaN. */
export function rollingMedian(values: Float32Array, window: number): Float32Array {
  const half = window >> 1;
  return values.map((value, at) => {
    if (!Number.isFinite(value)) return NaN;
    const near = values.subarray(Math.max(0, at - half), at + half + 1).filter(Number.isFinite);
    near.sort();
    const middle = near.length >> 1;
    return near.length % 2 ? near[middle] : (near[middle - 1] + near[middle]) / 2;
  });
}
