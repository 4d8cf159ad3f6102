/** One statistic of all rows over the whole run: a heatmap, and the same as lines below it. */

import {useComputed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {metricQuery, statisticOf, valuesKey} from '../../api/queries';
import type {Table} from '../../api/types';
import {ColourSelect} from '../../components/colour_select';
import {Choice} from '../../components/controls';
import {px, useSize} from '../../components/hooks';
import {MetricControls} from '../../components/metric_controls';
import {NotRecorded, Pending} from '../../components/states';
import {showTooltip} from '../../components/tooltip';
import {layerOfRow} from '../../data/layers';
import {overTime} from '../../data/sheet';
import {LAYER_KINDS, statisticInfo, TIME_KINDS} from '../../data/statistics';
import {isMissing} from '../../data/tables';
import {type ScaleName, encode} from '../../draw/codes';
import {colourTable} from '../../draw/colour_maps';
import {formatCount, formatValue} from '../../draw/format';
import {type CellHit, Heatmap} from '../../plots/heatmap';
import {Legend} from '../../plots/legend';
import {gutterOf, markedRows, RowLabels} from '../../plots/row_labels';
import {StepAxis} from '../../plots/step_axis';
import {useLoaded, useSession} from '../../state/session';
import {WithTable} from '../../tables/with_table';
import {OverTimeLines} from './over_time_lines';

const HIGHEST_ROW = 30;

export function OverTime() {
  const session = useSession();
  const {kind, statistic} = session.settings;
  const table = useLoaded(() => {
    const name = kind.value;
    if (!session.has(name)) return undefined;
    return session.request((run) => metricQuery(run, name, statistic.value, session.pooled.value));
  });
  if (!session.has(kind.value)) {
    return (
      <>
        <Controls />
        <NotRecorded
          what={`${TIME_KINDS[kind.value]} statistics are not recorded in this run`}
          how={
            kind.value in LAYER_KINDS
              ? `Choose another metric, or record them with InspectCallback(record={"${kind.value}s": True}).`
              : 'Choose another metric above.'
          }
        />
      </>
    );
  }
  return (
    <Pending loaded={table.state.value} retry={() => table.retry()} class="over-time">
      {(data) => <Picture table={data} />}
    </Pending>
  );
}

function Controls() {
  const {scale, statistic} = useSession().settings;
  const effective = scale.value === 'auto' ? statisticInfo(statistic.value).scale : scale.value;
  return (
    <>
      <MetricControls />
      <Choice<ScaleName>
        label="Scale"
        testId="scale"
        value={effective}
        options={[
          ['log', 'Log', 'Colours by the logarithm of the value'],
          ['linear', 'Linear', 'Colours by the value; around zero where there are negative ones'],
          ['relative', 'Relative', 'Colours by the ratio to the row’s own median over the run'],
        ]}
        onChange={(next) => (scale.value = next)}
      />
      <ColourSelect />
    </>
  );
}

/** The rows of the table that pass the filter. */
function filterTable(table: Table, statistic: string, matches: (name: string) => boolean) {
  const rows = table.names.flatMap((name, row) => (matches(name) ? [row] : []));
  const columns = table.steps.length;
  const gather = (pool: 'last' | 'min' | 'max') => {
    const all = table.values.get(valuesKey(statistic, pool));
    if (!all) return undefined;
    if (rows.length === table.names.length) return all;
    const values = new Float32Array(rows.length * columns);
    rows.forEach((row, place) => {
      values.set(all.subarray(row * columns, (row + 1) * columns), place * columns);
    });
    return values;
  };
  const last = gather('last')!;
  return {
    names: rows.map((row) => table.names[row]),
    columns,
    last,
    min: gather('min') ?? last,
    max: gather('max') ?? last,
  };
}

type Rows = ReturnType<typeof filterTable>;

function Picture({table}: {table: Table}) {
  const session = useSession();
  const {settings, host} = session;
  const statistic = statisticOf([...table.values.keys()][0]);
  const info = statisticInfo(statistic);
  const {matches} = session.filter.value;
  const rows = useMemo(() => filterTable(table, statistic, matches), [table, matches]);
  const scale = settings.scale.value === 'auto' ? info.scale : settings.scale.value;
  const coded = useMemo(
    () =>
      encode(
        {rows: rows.names.length, columns: rows.columns, values: rows.max},
        scale,
        missingTest(table, rows, statistic),
        info.format === 'percent' && scale === 'linear' ? [0, 1] : undefined,
      ),
    [rows, scale],
  );
  const map = coded.scale.diverging ? 'diverging' : settings.colours.value;
  const theme = host.theme.value;
  const [ref, size] = useSize<HTMLDivElement>();
  const heatHeight = heatmapHeight(rows.names.length, size.value.height);
  const gutter = useMemo(() => gutterOf(rows.names), [rows]);
  const marked = useComputed(() => markedRows(rows.names, session.layer.value)).value;
  const missing = useMemo(() => missingTest(table, rows, statistic), [table, rows]);
  const grid = useMemo(
    () => ({rows: rows.names.length, columns: rows.columns, values: rows.last}),
    [rows],
  );
  const pick = ({row, column}: {row?: number; column: number}) => {
    const chosen =
      row === undefined ? undefined : layerOfRow(session.layers.peek(), rows.names[row]);
    if (chosen) settings.layer.value = chosen.path;
    session.goTo(table.steps[column]);
  };
  const definition = table.definitions[statistic] || info.definition;
  const sheet = useMemo(
    () =>
      overTime(
        `${TIME_KINDS[table.kind] ?? table.kind} ${info.title}`,
        table.steps,
        rows.names,
        (row, column) => rows.last[row * rows.columns + column],
      ),
    [table, rows],
  );
  return (
    <>
      <div class="view-bar">
        <Controls />
        <span class="info" title={definition} tabIndex={0} role="note" aria-label={definition}>
          i
        </span>
        <span class="spring" />
        <Legend coded={coded} map={map} theme={theme} format={info.format} />
      </div>
      <WithTable sheet={sheet}>
        <div class="time-plots" ref={ref} style={{'--gutter': px(gutter)}}>
          <div class="heatmap-frame" style={{height: px(heatHeight)}}>
            <RowLabels names={rows.names} height={heatHeight} />
            <Heatmap
              coded={coded}
              rows={rows.names.length}
              columns={rows.columns}
              firstSteps={table.firstSteps}
              domain={session.domain.value}
              colours={colourTable(map, theme)}
              label={`${TIME_KINDS[table.kind] ?? table.kind} ${info.title} of ${rows.names.length} rows over ${rows.columns} steps`}
              testId="heatmap"
              marked={marked}
              onHover={(hit) => showCell(hit, table, rows, statistic)}
              onPick={pick}
            />
          </div>
          <StepAxis width={size.value.width - gutter} />
          <OverTimeLines
            names={rows.names}
            grid={grid}
            isMissing={missing}
            steps={table.steps}
            log={scale !== 'linear' && !coded.scale.diverging ? true : scale === 'relative'}
            gutter={gutter}
            format={info.format}
            title={info.title}
          />
        </div>
      </WithTable>
    </>
  );
}

function missingTest(table: Table, rows: Rows, statistic: string) {
  return (index: number) => {
    const name = rows.names[Math.floor(index / rows.columns)];
    return isMissing(table, name, statistic, index % rows.columns);
  };
}

/** Rows share the available height, up to a limit. */
function heatmapHeight(rows: number, available: number): number {
  const wanted = rows * HIGHEST_ROW + 4;
  return Math.max(40, Math.min(wanted, Math.floor(available * (rows > 40 ? 0.72 : 0.6))));
}

function showCell(hit: CellHit, table: Table, rows: Rows, statistic: string): void {
  const info = statisticInfo(statistic);
  const index = hit.row * rows.columns + hit.column;
  const [first, last] = [table.firstSteps[hit.column], table.steps[hit.column]];
  const pooled = first !== last;
  const write = (value: number) => formatValue(value, info.format);
  showTooltip(hit.x, hit.y, {
    title: rows.names[hit.row],
    lines: pooled
      ? [
          {label: 'steps', value: `${formatCount(first)} – ${formatCount(last)}`},
          {label: 'smallest', value: write(rows.min[index])},
          {label: 'largest', value: write(rows.max[index])},
        ]
      : [
          {label: 'step', value: formatCount(last)},
          {label: info.title, value: write(rows.last[index])},
        ],
    note: table.definitions[statistic] || info.definition,
  });
}
