/** Both runs and their difference as numbers and colours. */

import {useMemo} from 'preact/hooks';
import {statisticOf, valuesKey} from '../../api/queries';
import type {Table} from '../../api/types';
import {KINDS} from '../../catalog';
import {splitPath} from '../../data/layers';
import type {Position} from '../../data/run_axis';
import {statisticInfo} from '../../data/statistics';
import {type Coded, encode} from '../../draw/codes';
import {formatNumber} from '../../draw/format';
import {domainOf, sampleAt} from '../../draw/time_scale';
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
  /** Of the columns on the axis: their last step and their first. */
  readonly places: Float64Array;
  readonly firstPlaces: Float64Array;
  readonly cells: Cells;
  readonly coded: Coded;
}

export function useComparison(
  first: Table,
  second: Table,
  positions: readonly [Position, Position],
) {
  const {filter} = useSession();
  const {matches} = filter.value;
  const [own, other] = positions;
  return useMemo(() => {
    const statistic = statisticOf([...first.values.keys()][0]);
    const info = statisticInfo(statistic);
    const part = (name: string) =>
      KINDS[first.kind]?.rows === 'variables' ? splitPath(name)[1] : '';
    const matched = matchRows(first.names, second.names, part);
    const pairs = matched.pairs.filter(
      ({name, other: partner}) => matches(name) || matches(partner),
    );
    const names = pairs.map(({name}) => name);
    const extent = sharedExtent([first, second], statistic, info.scale === 'log');
    const side = (table: Table, rows: readonly string[], position: Position): Side => {
      const cells = rowsByName(table, rows, statistic);
      // One more column, empty: a run that ended earlier does not seem to go on.
      const {first: from, end} = domainOf(table.steps);
      const after = table.steps.length ? end : from;
      const coded = encode(
        {rows: rows.length, columns: table.steps.length + 1, values: cells.values},
        info.scale,
        (index) => cells.missing[index] === 1,
        info.format === 'percent' ? [0, 1] : extent,
      );
      const [steps, firstSteps] = [table.steps, table.firstSteps].map((own) =>
        Float64Array.of(...own, after),
      );
      const [places, firstPlaces] = [steps, firstSteps].map((own) =>
        Float64Array.from(own, position),
      );
      return {steps, places, firstPlaces, cells, coded};
    };
    const a = side(first, names, own);
    const b = side(
      second,
      pairs.map((pair) => pair.other),
      other,
    );
    const kind = differenceKind([first, second], statistic, info.format === 'percent');
    const cells = differences(a, b, kind);
    const reach = largestMagnitude(cells.values) || 1;
    const coded = encode(
      {rows: names.length, columns: a.places.length, values: cells.values},
      'linear',
      (index) => cells.missing[index] === 1,
      [-reach, reach],
    );
    const difference: Side = {...a, cells, coded};
    return {names, pairs, matched, statistic, info, a, b, difference, kind};
  }, [first, second, matches, own, other]);
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

/** The numbers of each row at a place on the axis, missing ones as undefined. */
export function numbersAt({names, a, b, kind}: Compared, place: number) {
  const at = (side: Side, column: number) =>
    names.map((_, row) => {
      const index = row * side.places.length + column;
      return column < 0 || side.cells.missing[index] ? undefined : side.cells.values[index];
    });
  const first = at(a, sampleAt(a.places, place));
  const second = at(b, overlapping(b.places, place));
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
