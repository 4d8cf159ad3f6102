/** Both runs and their difference as numbers and colours. */

import {useMemo} from 'preact/hooks';
import {statisticOf, valuesKey} from '../../api/queries';
import type {Table} from '../../api/types';
import {statisticInfo} from '../../data/statistics';
import {type Coded, encode} from '../../draw/codes';
import {formatNumber} from '../../draw/format';
import {sampleAt} from '../../draw/time_scale';
import {useSession} from '../../state/session';
import {
  type Cells,
  type DifferenceKind,
  differ,
  differenceKind,
  differences,
  LARGEST_RATIO,
  matchRows,
  overlapping,
  rowsByName,
} from './differences';

export interface Side {
  readonly steps: Float64Array;
  readonly firstSteps: Float64Array;
  readonly cells: Cells;
  readonly coded: Coded;
}

export function useComparison(first: Table, second: Table) {
  const {filter} = useSession();
  const {matches} = filter.value;
  return useMemo(() => {
    const statistic = statisticOf([...first.values.keys()][0]);
    const info = statisticInfo(statistic);
    const names = matchRows(first.names, second.names).filter(matches);
    const extent = sharedExtent([first, second], statistic, info.scale === 'log');
    const side = (table: Table): Side => {
      const cells = rowsByName(table, names, statistic);
      const grid = {rows: names.length, columns: table.steps.length, values: cells.values};
      const coded = encode(
        grid,
        info.scale,
        (index) => cells.missing[index] === 1,
        info.format === 'percent' ? [0, 1] : extent,
      );
      return {steps: table.steps, firstSteps: table.firstSteps, cells, coded};
    };
    const [a, b] = [side(first), side(second)];
    const kind = differenceKind([first, second], statistic, info.format === 'percent');
    const cells = differences(a, b, kind);
    const reach = largestMagnitude(cells.values) || 1;
    const coded = encode(
      {rows: names.length, columns: first.steps.length, values: cells.values},
      'linear',
      (index) => cells.missing[index] === 1,
      [-reach, reach],
    );
    const difference: Side = {steps: first.steps, firstSteps: first.firstSteps, cells, coded};
    return {names, statistic, info, a, b, difference, kind};
  }, [first, second, matches]);
}

export type Compared = ReturnType<typeof useComparison>;

/** One colour range for both runs, so that they can be compared; undefined where there are no values. */
function sharedExtent(tables: readonly Table[], statistic: string, log: boolean) {
  let [low, high] = [Infinity, -Infinity];
  for (const table of tables) {
    for (const value of table.values.get(valuesKey(statistic)) ?? []) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (!(low <= high)) return undefined;
  if (log) return [Math.max(low, high / 1e12), high] as const;
  const reach = Math.max(-low, high);
  return low < 0 ? ([-reach, reach] as const) : ([low, high] as const);
}

function largestMagnitude(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}

/** The numbers of each row at a step, missing ones as undefined. */
export function numbersAt({names, a, b, kind}: Compared, step: number) {
  const at = (side: Side, column: number) =>
    names.map((_, row) => {
      const index = row * side.steps.length + column;
      return column < 0 || side.cells.missing[index] ? undefined : side.cells.values[index];
    });
  const first = at(a, sampleAt(a.steps, step));
  const second = at(b, overlapping(b.steps, step));
  const difference = names.map((_, row) => {
    const [one, other] = [first[row], second[row]];
    return one === undefined || other === undefined ? undefined : differ(one, other, kind);
  });
  return {a: first, b: second, difference};
}

/** A ratio that is given as a power of two, or a difference with its sign. */
export function formatDifference(value: number, kind: DifferenceKind): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  if (kind === 'difference') return (value > 0 ? '+' : '') + formatNumber(value);
  if (value === 0) return '= 1';
  const factor = 2 ** Math.abs(value);
  const most = Math.abs(value) >= LARGEST_RATIO ? '≥ ' : '';
  const text = factor < 10 ? factor.toPrecision(3) : String(Math.round(factor));
  return `${value > 0 ? '×' : '÷'} ${most}${text}`;
}
