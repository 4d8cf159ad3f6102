/** Every layer at the shown step, as a table. */

import {useComputed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {showFullValue} from '../../components/full_value';
import {useSize} from '../../components/hooks';
import {SeverityIcon} from '../../findings/severity';
import {SparklineCell} from '../../plots/sparkline_cell';
import {ErrorState, NotRecorded} from '../../components/states';
import {VirtualBody, useVirtualRows} from '../../components/virtual_rows';
import {useSheet} from '../../components/with_table';
import {formatValue} from '../../draw/format';
import {SEVERITIES, rankOf} from '../../data/findings';
import {openFinding} from '../../state/open_finding';
import {splitPath} from '../../data/layers';
import {
  OVERVIEW_COLUMNS,
  type OverviewColumn,
  type LayerValues,
  type OverviewRow,
  type OverviewValues,
  orderRows,
} from '../../data/overview';
import {useSession} from '../../state/session';
import {useOverview} from '../../state/use_overview';
import type {Sheet} from '../../data/sheet';
import {KINDS, statisticInfo} from '../../data/statistics';
import {LOWEST_CURVE, TrainingCurves} from './training_curves';

const ROW_HEIGHT = 26; // CSS pixels, as in the style sheet

export function Overview() {
  const session = useSession();
  const {resources, rows, values} = useOverview();
  const shown = useComputed(() => {
    const {matches} = session.filter.value;
    const found = session.layerFindings.value;
    const severity = (path: string) => rankOf(found.get(path)?.[0]);
    const ordered = orderRows(rows.value, session.settings.order.value, values.value, severity);
    return ordered.filter((row) => matches(row.layer.path));
  });
  const failed = resources.find(({state}) => state.value.error !== undefined);
  if (failed && !resources.some(({data}) => data)) {
    return <ErrorState message={failed.state.value.error!} retry={() => failed.retry()} />;
  }
  if (!Object.keys(KINDS).some((kind) => session.has(kind))) {
    return (
      <NotRecorded
        what="No statistics of layers are recorded in this run"
        how="InspectCallback records gradients, weights, updates and activations by default."
      />
    );
  }
  const steps = resources[0].data?.firstSteps;
  return <OverviewPage rows={shown.value} values={values.value} steps={steps} />;
}

const HEADER_HEIGHT = 30;

function OverviewPage(props: TableProps) {
  const [ref, size] = useSize<HTMLDivElement>();
  const {rows, values} = props;
  const step = useSession().step.value;
  useSheet(useMemo(() => sheetOf(rows, values, step), [rows, values, step]));
  const room = size.value.height - HEADER_HEIGHT - props.rows.length * ROW_HEIGHT;
  return (
    <div class="overview-page" ref={ref}>
      <OverviewTable {...props} />
      {room >= LOWEST_CURVE && <TrainingCurves height={room} />}
    </div>
  );
}

function sheetOf(
  rows: readonly OverviewRow[],
  values: OverviewValues,
  step: number | undefined,
): Sheet {
  return {
    title: `Layers at step ${step ?? ''}`,
    columns: ['layer', ...OVERVIEW_COLUMNS.map((column) => column.key)],
    rows: rows.length,
    cell: (row, column) => {
      const {path} = rows[row].layer;
      return column ? values.get(path)?.get(OVERVIEW_COLUMNS[column - 1].key) : path;
    },
  };
}

interface TableProps {
  readonly rows: readonly OverviewRow[];
  readonly values: OverviewValues;
  readonly steps: Float64Array | undefined;
}

function OverviewTable({rows, values, steps}: TableProps) {
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

/** Layers as they are in the model, or those first that need a look. */
function LayerHeader() {
  const {order} = useSession().settings;
  const worst = order.value === 'worst';
  return (
    <th>
      <button
        type="button"
        title={
          worst
            ? 'Worst first: layers with findings by their severity, then dead units and gradients far below the median. Press for model order.'
            : 'Press for the worst layers first'
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

/** A press sorts largest first, another one smallest first, a third returns to model order. */
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

type Extents = ReadonlyMap<string, readonly [number, number]>;

interface RowProps {
  readonly row: OverviewRow;
  readonly place: number;
  readonly values: LayerValues | undefined;
  readonly steps: Float64Array | undefined;
  readonly extents: Extents;
  readonly selected: boolean;
}

function LayerRow({row, place, values, steps, extents, selected}: RowProps) {
  const session = useSession();
  const {layer, series} = row;
  const [prefix, name] = splitPath(layer.path);
  const gradient = series.get('gradient.l2');
  return (
    <tr
      class={selected ? 'selected' : ''}
      aria-selected={selected}
      aria-rowindex={place + 2}
      data-testid="layer-row"
      data-layer={layer.path}
      onClick={() => (session.settings.layer.value = layer.path)}
    >
      <th scope="row" title={`${layer.path}, ${layer.info.class_name}`}>
        <FindingMark path={layer.path} />
        <span class="prefix">{prefix}</span>
        <span class="name">{name}</span>
        <span class="class-name">{layer.info.class_name}</span>
      </th>
      {OVERVIEW_COLUMNS.flatMap((column) => [
        <NumberCell
          key={column.key}
          column={column}
          value={values?.get(column.key)}
          extent={extents.get(column.key)}
        />,
        ...(column.key === 'gradient.l2'
          ? [<SparklineCell key="trend" values={gradient} steps={steps} />]
          : []),
      ])}
    </tr>
  );
}

/** The worst finding of a layer: a press opens it. */
function FindingMark({path}: {path: string}) {
  const session = useSession();
  const findings = session.layerFindings.value.get(path);
  if (!findings) return null;
  const [worst] = findings;
  const titles = findings.map(({severity, title}) => `${SEVERITIES[severity]}: ${title}`);
  return (
    <button
      type="button"
      class="finding-mark"
      title={titles.join('\n')}
      aria-label={titles.join('. ')}
      data-testid="layer-finding"
      data-severity={worst.severity}
      onClick={(event) => {
        event.stopPropagation();
        openFinding(session, 'a', worst);
      }}
    >
      <SeverityIcon severity={worst.severity} />
    </button>
  );
}

interface CellProps {
  readonly column: OverviewColumn;
  readonly value: number | undefined;
  readonly extent: readonly [number, number] | undefined;
}

function NumberCell({column, value, extent}: CellProps) {
  const {format} = statisticInfo(column.statistic);
  const bad = value !== undefined && !Number.isFinite(value);
  const short = format !== 'number' ? 'share' : '';
  return (
    <td
      class={`number ${short} ${bad ? 'alarm' : ''} ${value === undefined ? 'missing' : ''}`}
      data-statistic={column.key}
      data-value={value ?? ''}
    >
      {extent && value !== undefined && <Bar column={column} value={value} extent={extent} />}
      <span>{value === undefined ? '–' : formatValue(value, format)}</span>
    </td>
  );
}

interface BarProps {
  readonly column: OverviewColumn;
  readonly value: number;
  readonly extent: readonly [number, number];
}

/** A share fills the cell from nothing to all; a norm spans the layers' range on a log scale. */
function Bar({column, value, extent: [low, high]}: BarProps) {
  const isShare = statisticInfo(column.statistic).format === 'percent';
  const share = isShare ? value : Math.log(value / low) / Math.log(high / low);
  if (!Number.isFinite(share)) return null;
  const width = isShare ? 100 * share : 4 + 96 * Math.max(0, Math.min(1, share));
  const kind = column.statistic === 'dead_fraction' ? 'bar dead' : 'bar';
  // Cut rather than narrowed, which would need a layout.
  return <i class={kind} style={{clipPath: `inset(0 ${100 - width}% 0 0 round 2px)`}} />;
}

const WITH_BARS = ['gradient.l2', 'update.ratio'];
const SHARES = ['activation.zero_fraction', 'activation.dead_fraction'];

function columnExtents(rows: readonly OverviewRow[], values: OverviewValues): Extents {
  const extents = new Map<string, readonly [number, number]>();
  for (const key of WITH_BARS) {
    const numbers = rows
      .map((row) => values.get(row.layer.path)?.get(key) ?? NaN)
      .filter((value) => Number.isFinite(value) && value > 0);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    if (high > low) extents.set(key, [low, high]);
  }
  for (const key of SHARES) extents.set(key, [0, 1]);
  return extents;
}
