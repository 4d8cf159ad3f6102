/** The table of the overview: its headings and what they sort by. */

import {useMemo} from 'preact/hooks';
import type {OverviewRow, OverviewValues} from '../../data/overview';
import {OVERVIEW_COLUMNS} from '../../data/overview_columns';
import {useSession} from '../../state/session';
import {showFullValue} from '../../tables/full_value';
import {useVirtualRows, VirtualBody} from '../../tables/virtual_rows';
import {columnExtents, LayerRow} from './overview_row';

export const ROW_HEIGHT = 26; // CSS pixels, as in the style sheet

export interface TableProps {
  readonly rows: readonly OverviewRow[];
  readonly values: OverviewValues;
  readonly steps: Float64Array | undefined;
}

export function OverviewTable({rows, values, steps}: TableProps) {
  const session = useSession();
  const range = useVirtualRows(rows.length, ROW_HEIGHT);
  const extents = useMemo(() => columnExtents(rows, values), [rows, values]);
  return (
    <div
      class={`overview ${session.approximate.value ? 'stale' : ''}`}
      ref={range.ref}
      onScroll={range.onScroll}
    >
      <table
        aria-rowcount={rows.length + 1}
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
                definition={column.definition}
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
        <VirtualBody rows={rows.length} rowHeight={ROW_HEIGHT} range={range}>
          {(place) => (
            <LayerRow
              key={rows[place].layer.path}
              row={rows[place]}
              place={place}
              values={values.get(rows[place].layer.path)}
              steps={steps}
              extents={extents}
              selected={rows[place].layer === session.layer.value}
            />
          )}
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
