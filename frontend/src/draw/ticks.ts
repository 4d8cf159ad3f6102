/** Round numbers for axes. */

/** Round numbers in [low, high], about `count` of them, whole ones where `whole`. */
export function linearTicks(low: number, high: number, count: number, whole = false): number[] {
  if (!(high > low) || count < 1) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough)!;
  const interval = whole ? Math.max(1, Math.round(factor * power)) : factor * power;
  const first = Math.ceil(low / interval - 1e-9);
  const last = Math.floor(high / interval + 1e-9);
  return Array.from({length: last - first + 1}, (_, i) => round((first + i) * interval));
}

/** Powers of ten in [low, high], about `count`; over less than two decades also values in between. */
export function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) return withinDecades(low, high, count);
  const stride = Math.ceil((last - first + 1) / count);
  const ticks = [];
  for (let exponent = first; exponent <= last; exponent += stride)
    ticks.push(round(10 ** exponent));
  return ticks;
}

function withinDecades(low: number, high: number, count: number): number[] {
  const power = 10 ** Math.floor(Math.log10(low));
  const marks = [1, 2, 5, 10, 20, 50, 100]
    .map((factor) => round(factor * power))
    .filter((tick) => tick >= low && tick <= high);
  const stride = Math.ceil(marks.length / Math.max(2, count));
  if (marks.length < 2) return linearTicks(low, high, count);
  return marks.filter((_, place) => place % stride === 0);
}

const round = (value: number) => Number(value.toPrecision(12));

const LOG_FROM = 30; // a loss that falls by this factor is better seen on a log scale

/** Whether values are positive and span enough for a log scale. */
export function spansDecades(values: Float32Array): boolean {
  let [low, high] = [Infinity, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value <= 0) return false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > LOG_FROM * low;
}
