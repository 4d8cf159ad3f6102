/** A small line without axes: its path, and where its values are non-finite. */

import {type TimeDomain, columnSpans, stepToX} from './time_scale';

interface Sparkline {
  /** SVG path data in a box of `width` by `height`. */
  readonly path: string;
  /** Where values are non-finite: left edge and width of each stretch. */
  readonly nonfinite: readonly (readonly [number, number])[];
}

/**
 * Draws the extent of each pixel's values, so that no peak is lost.
 *
 * Args:
 *   values: One row; exact zeros on a log scale lie on the bottom edge.
 *   firstSteps: First step of each value.
 *   isMissing: Whether a non-finite value at this index means "does not apply".
 */
export function sparkline(
  values: Float32Array,
  firstSteps: ArrayLike<number>,
  domain: TimeDomain,
  width: number,
  height: number,
  log: boolean,
  isMissing: (column: number) => boolean = () => false,
): Sparkline {
  const [low, high] = range(values, log);
  const y = (value: number) => {
    const position = log ? Math.log(Math.max(value, low) / low) : value - low;
    const whole = log ? Math.log(high / low) : high - low;
    const level = whole > 0 ? position / whole : 0.5;
    return Math.round((height - 1 - level * (height - 2)) * 10) / 10;
  };
  const nonfinite: [number, number][] = [];
  let path = '';
  let pen = 'M';
  for (const point of points(values, firstSteps, domain, width, isMissing)) {
    const x = Math.round(point.x * 10) / 10;
    if (point.nonfinite) addStretch(nonfinite, x, point.end - point.x);
    if (point.low > point.high) {
      pen = 'M';
      continue;
    }
    const [bottom, top] = [y(point.low), y(point.high)];
    path += `${pen}${x} ${bottom}`;
    if (top !== bottom) path += `L${x} ${top}`;
    pen = 'L';
  }
  return {path, nonfinite};
}

/** Adds to the last stretch where they touch. */
function addStretch(stretches: [number, number][], x: number, width: number): void {
  const last = stretches.at(-1);
  if (last && last[0] + last[1] >= x - 0.1) last[1] = x + width - last[0];
  else stretches.push([x, width]);
}

interface Point {
  readonly x: number;
  /** Where the next one begins. */
  readonly end: number;
  readonly low: number;
  readonly high: number;
  readonly nonfinite: boolean;
}

/** One point per value where there is room, else one per pixel with the range of its values. */
function points(
  values: Float32Array,
  firstSteps: ArrayLike<number>,
  domain: TimeDomain,
  width: number,
  isMissing: (column: number) => boolean,
): Point[] {
  if (values.length <= width) {
    return Array.from(values, (_, index) => ({
      x: stepToX(firstSteps[index], domain, width),
      end: stepToX(firstSteps[index + 1] ?? domain.end, domain, width),
      ...extentOf(values, index, index + 1, isMissing),
    }));
  }
  const spans = columnSpans(firstSteps, domain, width);
  return Array.from(spans.from, (from, x) => ({
    x,
    end: x + 1,
    ...extentOf(values, from, spans.to[x], isMissing),
  }));
}

function range(values: Float32Array, log: boolean): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [1, 1];
}

function extentOf(
  values: Float32Array,
  from: number,
  to: number,
  isMissing: (column: number) => boolean,
) {
  let [low, high, nonfinite] = [Infinity, -Infinity, false];
  for (let column = from; column < to; column++) {
    const value = values[column];
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    } else if (!isMissing(column)) nonfinite = true;
  }
  return {low, high, nonfinite};
}
