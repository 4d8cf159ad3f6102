/** Numbers and times as text. Every view uses these, so that one value reads the same everywhere. */

export type NumberFormat = 'number' | 'percent' | 'count';

/** Four significant digits; NaN and infinities by name. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '−Inf';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-3 || magnitude >= 1e5) {
    const [mantissa, exponent] = value.toExponential(2).split('e');
    return minus(`${mantissa}e${Number(exponent)}`);
  }
  return minus(String(Number(value.toPrecision(4))));
}

/** The same for an axis, whose numbers are round: without trailing zeros. */
export const formatTick = (value: number) => formatNumber(value).replace(/\.?0+e/, 'e');

/** A fraction of 1 as percent. Only exactly 0 and 1 read 0 % and 100 %. */
export function formatPercent(value: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const percent = 100 * value;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  if (percent < 100 && percent > 99.9) return '> 99.9 %';
  return minus(`${Number(percent.toFixed(1))} %`);
}

/** A whole number with thousands separated. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  return minus(
    Math.round(value)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, ','),
  );
}

export function formatValue(value: number, format: NumberFormat): string {
  if (format === 'percent') return formatPercent(value);
  return format === 'count' ? formatCount(value) : formatNumber(value);
}

/** How long something took, in its two largest units. */
export function formatDuration(seconds: number): string {
  const left = Math.round(seconds);
  if (left < 60) return `${left} s`;
  if (left < 3600) return `${Math.floor(left / 60)} min ${left % 60} s`;
  if (left < 86400) return `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min`;
  return `${formatCount(Math.floor(left / 86400))} d ${Math.floor((left % 86400) / 3600)} h`;
}

/** How long ago, in the largest unit that is not zero. */
export function formatAge(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${formatCount(Math.floor(seconds / 86400))} d ago`;
}

/** Seconds until `formatAge` changes. */
export function ageHolds(seconds: number): number {
  const unit = [60, 3600, 86400].findIndex((limit) => seconds < limit);
  const length = [1, 60, 3600][unit] ?? 86400;
  return Number.isFinite(seconds) ? length - (seconds % length) : Infinity;
}

/** A tensor's shape; an unknown dimension reads as a question mark. */
export function formatShape(shape: readonly number[]): string {
  return shape.map((length) => (length < 0 ? '?' : String(length))).join(' × ');
}

/** The typographic minus lines up with digits. */
const minus = (text: string) => text.replace(/-/g, '−');
