/** Which rows the overview shows: of a long model in its order, blocks that fold. */

import {useMemo} from 'preact/hooks';
import type {LayerInfo} from '../../api/types';
import {rankOf} from '../../data/findings';
import {type OverviewRow, type OverviewValues, blockRule, columnOf} from '../../data/overview';
import {OVERVIEW_COLUMNS} from '../../data/overview_columns';
import {blockNumbers} from '../../graph/block_number';
import {openBlocks, toggleBlock} from '../../graph/blocks';
import {type FoldedRow, foldedRows, LONGEST_UNFOLDED, openAround} from '../../graph/folded';
import {withNamedBlocks} from '../../graph/named_blocks';
import {initialOpen} from '../../graph/visible';
import {useSession} from '../../state/session';

/** A row of the table: a layer, a block, or a layer with others inside it. */
export interface ShownRow {
  readonly row?: OverviewRow;
  readonly fold?: FoldedRow;
}

/** Opens or closes a block. */
export type Toggle = (path: string) => void;

const ROWS_AT_FIRST = 30;

/** The rows to show: all that are given, unless they are all of a long model in its own order. */
export function useFolding(rows: readonly OverviewRow[]) {
  const session = useSession();
  const model = session.model.data;
  const {order, filter, blocks} = session.settings;
  const isLong = rows.length > LONGEST_UNFOLDED && order.value === 'model' && !filter.value;
  const layers = useMemo(
    () => (isLong && model ? withNamedBlocks(model.layers, model.edges).layers : undefined),
    [isLong, model],
  );
  const listed = useMemo(() => new Set(rows.map(({layer}) => layer.path)), [rows]);
  const found = session.layerFindings.value;
  const selected = session.layer.value?.path;
  const initial = useMemo(() => {
    if (!layers) return new Set<string>();
    // What concerns most layers tells none from the others: their blocks stay closed, with a mark.
    const few = found.size <= listed.size / 4 ? [...found] : [];
    const worst = few.sort(([, [a]], [, [b]]) => rankOf(b) - rankOf(a));
    const wanted = [...(selected ? [selected] : []), ...worst.map(([path]) => path)];
    return openAround(layers, listed, wanted, initialOpen(layers, ROWS_AT_FIRST));
  }, [layers, listed, found, selected]);
  const shown = useMemo((): readonly ShownRow[] => {
    if (!layers) return rows.map((row) => ({row}));
    const own = new Map(rows.map((row) => [row.layer.path, row]));
    const folded = foldedRows(layers, listed, openBlocks(initial, blocks.value));
    const inModel = new Set(layers.map(({path}) => path));
    const others = rows.filter(({layer}) => !inModel.has(layer.path)); // the model's own variables
    return [
      ...folded.map((fold) => ({fold, row: own.get(fold.path)})),
      ...others.map((row) => ({row})),
    ];
  }, [layers, rows, listed, initial, blocks.value]);
  const toggle: Toggle = (path) => (blocks.value = toggleBlock(initial, blocks.value, path));
  return {shown, layers, toggle};
}

/** Numbers of blocks by path and column: of fractions the largest inside, of others the mean. */
export function valuesOfBlocks(
  layers: readonly LayerInfo[],
  values: OverviewValues,
): OverviewValues {
  const found = new Map<string, Map<string, number>>();
  for (const column of OVERVIEW_COLUMNS) {
    const numbers = columnOf(values, column.key);
    for (const [path, value] of blockNumbers(layers, numbers, blockRule(column))) {
      const block = found.get(path) ?? new Map<string, number>();
      found.set(path, block.set(column.key, value));
    }
  }
  return found;
}
