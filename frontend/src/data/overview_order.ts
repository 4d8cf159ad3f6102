/** The order of the overview's rows. Pure. */

import type {LayerValues, OverviewRow, OverviewValues} from './overview';

/**
 * Rows in the order asked for: `model`, `worst`, or a column's key (`-` ahead for largest first).
 *
 * Worst first: layers with findings by their severity (`severity` of a path: 0 for none); of the others
 * those with non-finite values, then by the larger of the fraction of dead units and the distance of
 * the gradient below the layers' median, where six orders of magnitude count as much as all dead.
 */
export function orderRows(
  rows: readonly OverviewRow[],
  order: string,
  values: OverviewValues,
  severity: (path: string) => number = () => 0,
): OverviewRow[] {
  if (order === 'model') return [...rows];
  const of = (row: OverviewRow) => values.get(row.layer.path) ?? new Map<string, number>();
  if (order === 'worst') {
    const median = medianGradient(values);
    return sortBy(rows, (row) => {
      const rank = severity(row.layer.path);
      return -(rank ? 1 + rank : Math.min(badness(of(row), median), NOT_FINITE));
    });
  }
  const descending = order.startsWith('-');
  const key = descending ? order.slice(1) : order;
  // Non-finite values count as the largest; missing ones come last in either direction.
  return sortBy(rows, (row) => {
    const value = of(row).get(key);
    if (value === undefined) return Infinity;
    const rank = Number.isFinite(value) ? value : Number.MAX_VALUE;
    return descending ? -rank : rank;
  });
}

const DECADES_LIKE_DEAD = 6;
const NOT_FINITE = 2.5; // worse than a note, which counts 2, and than any fraction

function badness(values: LayerValues, median: number): number {
  if ([...values.values()].some((value) => !Number.isFinite(value))) return Infinity;
  const gradient = values.get('gradient.l2');
  const dead = values.get('activation.dead_fraction') ?? 0;
  if (gradient === undefined || !(median > 0)) return dead;
  const decades = gradient > 0 ? Math.log10(median / gradient) : DECADES_LIKE_DEAD;
  return Math.max(dead, Math.min(1, decades / DECADES_LIKE_DEAD));
}

function medianGradient(values: OverviewValues): number {
  const gradients = [...values.values()]
    .map((layer) => layer.get('gradient.l2') ?? NaN)
    .filter((value) => value > 0 && Number.isFinite(value))
    .sort((a, b) => a - b);
  return gradients[gradients.length >> 1] ?? NaN;
}

function sortBy(rows: readonly OverviewRow[], key: (row: OverviewRow) => number): OverviewRow[] {
  const keyed = rows.map((row, place) => ({row, place, rank: key(row)}));
  // Equal ranks, infinities among them, stay in model order.
  keyed.sort((a, b) => (a.rank === b.rank ? a.place - b.place : a.rank < b.rank ? -1 : 1));
  return keyed.map(({row}) => row);
}
