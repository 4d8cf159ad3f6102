/** The table of the overview: its headings and what they sort by. */

import {useMemo} from 'preact/hooks';
import type {OverviewRow, OverviewValues} from '../../data/overview';
import {OVERVIEW_COLUMNS} from '../../data/overview_columns';
import {withUsual} from '../../data/usual';
import {useSession} from '../../state/session';
import {showFullValue} from '../../tables/full_value';
import {useVirtualRows, VirtualBody} from '../../tables/virtual_rows';
import {BlockRow} from './block_row';
import {type useFolding, valuesOfBlocks} from './folding';
import {columnExtents, LayerRow} from './overview_row';

export const ROW_HEIGHT = 26; // CSS pixels, as in the style sheet

export interface TableProps {
  readonly rows: readonly OverviewRow[];
  readonly values: OverviewValues;
  readonly steps: Float64Array | undefined;
  readonly folding: ReturnType<typeof useFolding>;
}

export function OverviewTable({rows, values, steps, folding}: TableProps) {
  const session = useSession();
  const {shown, layers, toggle} = folding;
  const range = useVirtualRows(shown.length, ROW_HEIGHT);
  const ofBlocks = useMemo(
    () => (layers ? valuesOfBlocks(layers, values) : undefined),
    [layers, values],
  );
  const extents = useMemo(() => columnExtents(rows, values), [rows, values]);
  return (
    <div
      class={`overview ${session.approximate.value ? 'stale' : ''}`}
      ref={range.ref}
      onScroll={range.onScroll}
    >
      <table
        aria-rowcount={shown.length + 1}
        aria-label="Layers at the shown step"
        onPointerOver={showFullValue}
      >
        <thead>
          <tr>
            <LayerHeader />
            {OVERVIEW_COLUMNS.flatMap((column) => [
              <HeaderCell
                key={column.key}
                sortKey={column.key}
                title={column.title}
                definition={withUsual(column.definition, column.key)}
              />,
              ...(column.key === 'gradient.l2'
                ? [
                    <th key="trend" class="trend" title="Gradient norm over the run, log scale">
                      over time
                    </th>,
                  ]
                : []),
            ])}
          </tr>
        </thead>
        <VirtualBody rows={shown.length} rowHeight={ROW_HEIGHT} range={range}>
          {(place) => {
            const {row, fold} = shown[place];
            if (!row) {
              const {path} = fold!;
              return (
                <BlockRow
                  key={`block ${path}`}
                  fold={fold!}
                  place={place}
                  values={ofBlocks?.get(path)}
                  extents={extents}
                  toggle={toggle}
                />
              );
            }
            return (
              <LayerRow
                key={row.layer.path}
                row={row}
                fold={fold}
                toggle={toggle}
                place={place}
                values={values.get(row.layer.path)}
                steps={steps}
                extents={extents}
                selected={row.layer === session.layer.value}
              />
            );
          }}
        </VirtualBody>
      </table>
      {rows.length === 0 && session.settings.filter.value && (
        <p class="quiet">No layer matches the filter.</p>
      )}
    </div>
  );
}

interface HeaderProps {
  readonly sortKey: string;
  readonly title: string;
  readonly definition: string;
}

/** Layers in model order, or the worst first. */
function LayerHeader() {
  const {order} = useSession().settings;
  const worst = order.value === 'worst';
  return (
    <th>
      <button
        type="button"
        title={
          worst
            ? 'Worst first: layers with findings by their severity, then dead units and gradients far below the median. Click for model order.'
            : 'Click for the worst layers first'
        }
        data-testid="order"
        onClick={() => (order.value = order.value === 'model' ? 'worst' : 'model')}
      >
        Layer <span class="order">{ORDERS[order.value] ?? 'sorted'}</span>
      </button>
    </th>
  );
}

const ORDERS: Readonly<Record<string, string>> = {model: 'model order', worst: 'worst first'};

/** A click sorts largest first, a second smallest first, a third returns to model order. */
function HeaderCell({sortKey, title, definition}: HeaderProps) {
  const {order} = useSession().settings;
  const now = order.value;
  const next = now === `-${sortKey}` ? sortKey : now === sortKey ? 'model' : `-${sortKey}`;
  const sorted = now === sortKey ? 'ascending' : now === `-${sortKey}` ? 'descending' : 'none';
  return (
    <th class="number" aria-sort={sorted}>
      <button type="button" title={definition} onClick={() => (order.value = next)}>
        {title}
        <span class="sort" aria-hidden="true">
          {sorted === 'none' ? '' : sorted === 'ascending' ? '▲' : '▼'}
        </span>
      </button>
    </th>
  );
}
