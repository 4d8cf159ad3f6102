/** Every trainable variable: how large it is, how it grew, how fast it moves. */

import {useComputed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {tableQuery} from '../../api/queries';
import type {Table} from '../../api/types';
import type {Line} from '../../plots/chart';
import {Choice} from '../../components/controls';
import {showFullValue} from '../../components/full_value';
import {SparklineCell} from '../../plots/sparkline_cell';
import {NotRecorded, Pending} from '../../components/states';
import {Track} from '../../plots/track';
import {VirtualBody, useVirtualRows} from '../../components/virtual_rows';
import {useSheet} from '../../components/with_table';
import {formatCount, formatNumber, formatShape} from '../../draw/format';
import {sampleAt} from '../../draw/time_scale';
import {splitPath} from '../../data/layers';
import {type Tables, isMissing, tableRow} from '../../data/overview';
import {type Resource, useResource} from '../../state/resource';
import {useSession} from '../../state/session';
import type {WeightCurve} from '../../state/settings';
import type {Sheet} from '../../data/sheet';
import {KernelPicture} from './kernel_picture';
import {type WeightRow, growthSeries, weightRows} from './weight_rows';

const ROW_HEIGHT = 26; // CSS pixels, as in the style sheet

function useKind(kind: string, statistics: readonly string[]): Resource<Table> {
  const session = useSession();
  return useResource(
    session.client,
    () =>
      session.has(kind) ? session.request((run) => tableQuery({run, kind, statistics})) : undefined,
    session.host.visible,
  );
}

export function Weights() {
  const session = useSession();
  const weight = useKind('weight', ['l2', 'max_abs']);
  const update = useKind('update', ['l2', 'ratio']);
  if (!session.has('weight') && !session.has('update')) {
    return (
      <NotRecorded
        what="Weights are not recorded in this run"
        how="They are by default; InspectCallback(weights=False, updates=False) leaves them out."
      />
    );
  }
  const main = session.has('weight') ? weight : update;
  return (
    <Pending loaded={main.state.value} retry={() => main.retry()} class="weights">
      {() => <WeightsPage weight={weight.data} update={update.data} />}
    </Pending>
  );
}

interface PageProps {
  readonly weight: Table | undefined;
  readonly update: Table | undefined;
}

function WeightsPage({weight, update}: PageProps) {
  const session = useSession();
  const tables = useMemo(() => {
    const recorded = [weight, update].flatMap((table) => (table ? [table] : []));
    return new Map(recorded.map((table) => [table.kind, table]));
  }, [weight, update]);
  const {matches} = session.filter.value;
  const variables = useComputed(() => session.layers.value.flatMap((layer) => layer.variables));
  const step = session.step.value;
  const steps = (weight ?? update)?.steps;
  const column = steps && step !== undefined ? sampleAt(steps, step) : -1;
  const exact = session.exact.value;
  const rows = useMemo(() => {
    const shown = variables.value.filter((variable) => matches(variable.path));
    return weightRows(shown, tables, column, exact);
  }, [variables.value, matches, tables, column, exact]);
  useSheet(useMemo(() => sheetOf(rows, step), [rows, step]));
  return (
    <>
      <WeightsTable rows={rows} tables={tables} />
      <Curves rows={rows} tables={tables} />
    </>
  );
}

const COLUMNS = [
  ['norm', 'L2 norm', 'Square root of the sum of squares of the variable’s elements.'],
  ['growth', 'Since start', 'The norm divided by its first recorded value that is not zero.'],
  ['maxAbs', 'Largest |w|', 'Largest absolute value of the variable’s elements.'],
  ['update', 'Update', 'L2 norm of the step’s change of the variable.'],
  ['ratio', 'Update ratio', 'L2 norm of the step’s change divided by the L2 norm of the variable.'],
] as const;

function sheetOf(rows: readonly WeightRow[], step: number | undefined): Sheet {
  return {
    title: `Weights at step ${step ?? ''}`,
    columns: ['variable', 'shape', 'elements', ...COLUMNS.map(([, title]) => title)],
    rows: rows.length,
    cell: (row, column) => {
      const {variable, elements} = rows[row];
      if (column === 0) return variable.path;
      if (column === 1) return formatShape(variable.shape);
      return column === 2 ? elements : rows[row][COLUMNS[column - 3][0]];
    },
  };
}

function WeightsTable({rows, tables}: {rows: readonly WeightRow[]; tables: Tables}) {
  const session = useSession();
  const range = useVirtualRows(rows.length, ROW_HEIGHT);
  const own = new Set(session.layer.value?.variables.map(({path}) => path));
  return (
    <div
      class={`overview weights-table ${session.approximate.value ? 'stale' : ''}`}
      ref={range.ref}
      onScroll={range.onScroll}
      tabIndex={0}
    >
      <table
        aria-rowcount={rows.length + 1}
        aria-label="Variables at the shown step"
        onPointerOver={showFullValue}
      >
        <thead>
          <tr>
            <th>
              <span>Variable</span>
            </th>
            <th class="number">
              <span>Shape</span>
            </th>
            {COLUMNS.map(([key, title, definition]) => (
              <th key={key} class="number" title={definition}>
                <span>{title}</span>
              </th>
            ))}
            <th class="trend" title="Update ratio over the run, log scale">
              ratio over time
            </th>
          </tr>
        </thead>
        <VirtualBody rows={rows.length} rowHeight={ROW_HEIGHT} range={range}>
          {(place) => (
            <VariableRow
              key={rows[place].variable.path}
              row={rows[place]}
              update={tables.get('update')}
              place={place}
              selected={own.has(rows[place].variable.path)}
            />
          )}
        </VirtualBody>
      </table>
      {rows.length === 0 && <p class="quiet">No variable matches the filter.</p>}
    </div>
  );
}

interface RowProps {
  readonly row: WeightRow;
  readonly update: Table | undefined;
  readonly place: number;
  readonly selected: boolean;
}

function VariableRow({row, update, place, selected}: RowProps) {
  const session = useSession();
  const {path, shape} = row.variable;
  const [prefix, name] = splitPath(path);
  const choose = () => {
    const owner = session.layers
      .peek()
      .find((layer) => layer.variables.some((variable) => variable.path === path));
    if (owner) session.settings.layer.value = owner.path;
  };
  return (
    <tr
      class={selected ? 'selected' : ''}
      aria-rowindex={place + 2}
      data-testid="variable-row"
      data-variable={path}
      onClick={choose}
    >
      <th scope="row" title={path}>
        <span class="prefix">{prefix}</span>
        <span class="name">{name}</span>
      </th>
      <td class="number" title={`${formatCount(row.elements)} elements`}>
        {formatShape(shape) || 'scalar'}
      </td>
      {COLUMNS.map(([key]) => (
        <WeightCell key={key} column={key} value={row[key]} />
      ))}
      <SparklineCell
        values={update && tableRow(update, path, 'ratio')}
        steps={update?.firstSteps}
        {...(update && {isMissing: (column) => isMissing(update, path, 'ratio', column)})}
      />
    </tr>
  );
}

function WeightCell({column, value}: {column: string; value: number | undefined}) {
  const bad = value !== undefined && !Number.isFinite(value);
  const text = value === undefined ? '–' : formatNumber(value);
  return (
    <td
      class={`number ${bad ? 'alarm' : ''} ${value === undefined ? 'missing' : ''}`}
      data-statistic={column}
      data-value={value ?? ''}
    >
      <span>{column === 'growth' && value !== undefined && !bad ? `× ${text}` : text}</span>
    </td>
  );
}

const CURVES: Readonly<Record<Exclude<WeightCurve, 'picture'>, readonly [string, string, string]>> =
  {
    ratio: ['Update ratio', 'update', COLUMNS[4][2]],
    growth: ['Norm since start', 'weight', COLUMNS[1][2]],
    norm: ['L2 norm', 'weight', COLUMNS[0][2]],
  };

const MOST_LINES = 200; // beyond that, lines of other layers are left out

function Curves({rows, tables}: {rows: readonly WeightRow[]; tables: Tables}) {
  const session = useSession();
  const {weightCurve} = session.settings;
  const isPicture = weightCurve.value === 'picture';
  const curve = weightCurve.value === 'picture' ? 'ratio' : weightCurve.value;
  const [title, kind, definition] = CURVES[curve];
  const table = tables.get(kind);
  const layer = session.layer.value;
  const lines = useMemo(
    () => (table ? linesOf(table, rows, curve, layer?.path) : []),
    [table, rows.map(({variable}) => variable.path).join('\n'), curve, layer],
  );
  const own = lines.filter((line) => line.colour !== 'line-other');
  return (
    <div class={`weight-curves ${isPicture ? 'picture' : ''}`}>
      <div class="view-bar">
        <Choice<WeightCurve>
          label="Curves"
          testId="weight-curve"
          value={weightCurve.value}
          options={[
            ['ratio', 'Update ratio', CURVES.ratio[2]],
            ['growth', 'Growth', CURVES.growth[2]],
            ['norm', 'Norm', CURVES.norm[2]],
            ['picture', 'Picture', 'The weights themselves, at the newest snapshot'],
          ]}
          onChange={(next) => (weightCurve.value = next)}
        />
        {!isPicture && (
          <span class="quiet">all variables in grey, the selected layer’s in colour</span>
        )}
      </div>
      {isPicture ? (
        <KernelPicture />
      ) : table ? (
        <Track
          title={`${title}${layer ? ` · ${layer.path}` : ''}`}
          definition={definition}
          steps={table.steps}
          lines={lines}
          readings={own}
          log
          format="number"
          label={`${title} of ${lines.length} variables over the run`}
        />
      ) : (
        <NotRecorded
          what={`${kind === 'update' ? 'Updates' : 'Weights'} are not recorded in this run`}
          how={`Record them with InspectCallback(${kind}s=True).`}
        />
      )}
    </div>
  );
}

function linesOf(
  table: Table,
  rows: readonly WeightRow[],
  curve: Exclude<WeightCurve, 'picture'>,
  layer: string | undefined,
): Line[] {
  const statistic = curve === 'ratio' ? 'ratio' : 'l2';
  const line = (name: string): Line[] => {
    const values = tableRow(table, name, statistic);
    if (!values) return [];
    return [
      {
        name,
        values: curve === 'growth' ? growthSeries(values) : values,
        colour: 'line-other',
        width: 1,
        isMissing: (column) =>
          isMissing(table, name, statistic, column) || (curve === 'growth' && values[column] === 0),
      },
    ];
  };
  const names = rows.map(({variable}) => variable.path);
  const own = names.filter((name) => splitPath(name)[0] === `${layer}/`);
  const others = names.filter((name) => !own.includes(name)).slice(0, MOST_LINES);
  return [
    ...others.flatMap(line),
    ...own.flatMap(line).map((each, index) => ({
      ...each,
      name: splitPath(each.name)[1],
      colour: `series-${(index % 4) + 1}`,
      width: 2,
    })),
  ];
}
