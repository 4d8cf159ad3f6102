/**
 * Steps to pixels. A recorded sample is drawn from its own step to that of the next sample. All views share the
 * domain, so that they line up.
 */

export interface TimeDomain {
  /** First step shown. */
  readonly first: number;
  /** One past the last step shown. */
  readonly end: number;
}

/** The domain of recorded steps; the last sample gets the median distance of the others. */
export function domainOf(steps: ArrayLike<number>): TimeDomain {
  const count = steps.length;
  if (count === 0) return {first: 0, end: 1};
  const distances = [];
  for (let i = 1; i < count; i++) distances.push(steps[i] - steps[i - 1]);
  distances.sort((a, b) => a - b);
  const interval = Math.max(1, distances[distances.length >> 1] ?? 1);
  return {first: steps[0], end: steps[count - 1] + interval};
}

export function stepToX(step: number, domain: TimeDomain, width: number): number {
  return ((step - domain.first) / (domain.end - domain.first)) * width;
}

export function xToStep(x: number, domain: TimeDomain, width: number): number {
  return domain.first + (x / width) * (domain.end - domain.first);
}

/** Index of the last element that is at most `value`, -1 where all are larger. `sorted` increases. */
export function lastAtMost(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the sample that is shown at a step: the newest not after it, else the first; -1 if none. */
export function sampleAt(steps: ArrayLike<number>, step: number): number {
  if (steps.length === 0) return -1;
  return Math.max(0, lastAtMost(steps, step));
}

/** The last step that a sample stands for: the one before the next sample's; the last one's for all. */
export function bandEnd(steps: ArrayLike<number>, position: number): number {
  const next = steps[position + 1] as number | undefined;
  return next === undefined ? Number.MAX_SAFE_INTEGER : next - 1;
}

/** Columns [from, to) that fall on each pixel; an empty span where nothing was recorded yet. */
export interface Spans {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * Assigns columns to pixels.
 *
 * Args:
 *   firstSteps: First step of each column, increasing.
 *   domain: What the width shows.
 *   width: Pixels.
 *
 * Example: columns at 0, 10, 20, 30 over 4 steps of domain [0, 40) on 2 pixels are [0, 2), [2, 4).
 */
export function columnSpans(
  firstSteps: ArrayLike<number>,
  domain: TimeDomain,
  width: number,
): Spans {
  const from = new Int32Array(width);
  const to = new Int32Array(width);
  for (let x = 0; x < width; x++) {
    const start = lastAtMost(firstSteps, xToStep(x, domain, width));
    // Columns that begin inside the pixel belong to it too, so that a brief event is never skipped.
    const end = lastAtMost(firstSteps, xToStep(x + 1, domain, width) - 1e-9);
    from[x] = Math.max(0, start);
    to[x] = end + 1;
  }
  return {from, to};
}
