/** Two runs, one statistic: each by itself and the second against the first, matched by name. */

import {useMemo} from 'preact/hooks';
import {metricQuery, valuesKey} from '../../api/queries';
import type {Table} from '../../api/types';
import {Select} from '../../components/controls';
import {type CellHit, Heatmap} from '../../plots/heatmap';
import {px, useSize} from '../../components/hooks';
import {MetricControls} from '../../components/metric_controls';
import {RowLabels, gutterOf, markedRows} from '../../plots/row_labels';
import {NotRecorded, Pending} from '../../components/states';
import {TimeAxis} from '../../plots/time_axis';
import {showTooltip} from '../../components/tooltip';
import {WithTable} from '../../components/with_table';
import {type Coded, encode} from '../../draw/codes';
import {
  type ColourMapName,
  colourTable,
  cssGradient,
  nonfiniteColour,
  zeroColour,
} from '../../draw/colour_maps';
import {formatCount, formatNumber, formatValue} from '../../draw/format';
import {sampleAt} from '../../draw/time_scale';
import {
  type Cells,
  type DifferenceKind,
  LARGEST_RATIO,
  differ,
  differenceKind,
  differences,
  matchRows,
  overlapping,
  rowsByName,
} from './differences';
import {layerOfRow} from '../../data/layers';
import {useResource} from '../../state/resource';
import {requestOf, useSession} from '../../state/session';
import {KINDS, statisticInfo} from '../../data/statistics';

export function Compare() {
  const session = useSession();
  const {kind, statistic} = session.settings;
  const wanted = () => [kind.value, statistic.value, session.pooled.value] as const;
  const first = useResource(
    session.client,
    () =>
      session.has(kind.value) ? session.request((run) => metricQuery(run, ...wanted())) : undefined,
    session.host.visible,
  );
  const second = useResource(
    session.client,
    () => {
      const run = session.other.value;
      if (!run?.kinds.includes(kind.value)) return undefined;
      return requestOf(run, (name) => metricQuery(name, ...wanted()));
    },
    session.host.visible,
  );
  const problem = useProblem();
  return (
    <>
      <div class="view-bar">
        <OtherRun />
        <MetricControls />
      </div>
      {problem ?? (
        <Pending loaded={first.state.value} retry={() => first.retry()} class="compare">
          {(a) => (
            <Pending loaded={second.state.value} retry={() => second.retry()}>
              {(b) => <Comparison first={a} second={b} />}
            </Pending>
          )}
        </Pending>
      )}
    </>
  );
}

/** Why there is nothing to compare, if so. */
function useProblem() {
  const {runs, run, other, settings} = useSession();
  const kind = KINDS[settings.kind.value];
  if ((runs.state.value.data?.runs.length ?? 0) < 2) {
    return (
      <NotRecorded
        what="There is no other run to compare with"
        how="Train again with InspectCallback, into another directory inside TensorBoard’s log directory."
      />
    );
  }
  if (!other.value) {
    return (
      <NotRecorded
        what={`There is no run ${JSON.stringify(settings.compare.value)}`}
        how="Choose another run to compare with above."
      />
    );
  }
  const lacking = [run.value, other.value].find(
    (each) => each && !each.kinds.includes(settings.kind.value),
  );
  return lacking ? (
    <NotRecorded
      what={`${kind} statistics are not recorded in ${lacking.name}`}
      how={`Choose another kind, or record them with InspectCallback(${settings.kind.value}s=True).`}
    />
  ) : undefined;
}

function OtherRun() {
  const session = useSession();
  const own = session.run.value?.name;
  const names = (session.runs.state.value.data?.runs ?? [])
    .map((run) => run.name)
    .filter((name) => name !== own);
  const value = session.other.value?.name ?? session.settings.compare.value;
  return (
    <Select
      label="Compare with"
      value={value}
      options={(names.includes(value) ? names : [value, ...names]).map((name) => [
        name,
        name || 'no other run',
      ])}
      onChange={(name) => (session.settings.compare.value = name)}
      testId="compare-with"
      visibleLabel
    />
  );
}

const HIGHEST_ROW = 22; // CSS pixels
const NUMBERS = 76; // CSS pixels, as in the style sheet

interface Side {
  readonly steps: Float64Array;
  readonly firstSteps: Float64Array;
  readonly cells: Cells;
  readonly coded: Coded;
}

function useComparison(first: Table, second: Table) {
  const {filter} = useSession();
  const {matches} = filter.value;
  return useMemo(() => {
    const statistic = [...first.values.keys()][0].split('/')[0];
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

type Compared = ReturnType<typeof useComparison>;

/** One range of colours for both runs, so that they compare; undefined where the scale finds its own. */
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

function Comparison({first, second}: {first: Table; second: Table}) {
  const session = useSession();
  const compared = useComparison(first, second);
  const {names, kind, a, b, difference} = compared;
  const [ref, size] = useSize<HTMLDivElement>();
  const gutter = useMemo(() => gutterOf(names), [names]);
  const [own, other] = [session.run.value?.name ?? '', session.other.value?.name ?? ''];
  const step = session.step.value ?? 0;
  const both = names.filter((name) => first.names.includes(name) && second.names.includes(name));
  const numbers = numbersAt(compared, step);
  const sheet = useMemo(() => {
    const columns = [numbers.a, numbers.b, numbers.difference];
    return {
      title: `${compared.info.title} at step ${step}`,
      columns: ['name', own, other, kind === 'ratio' ? 'log2 of the ratio' : 'difference'],
      rows: names.length,
      cell: (row: number, column: number) => (column ? columns[column - 1][row] : names[row]),
    };
  }, [compared, step]);
  return (
    <WithTable sheet={sheet}>
      <div class="compare-plots" ref={ref} style={{'--gutter': px(gutter)}} data-rows={both.length}>
        {both.length === 0 && (
          <p class="quiet compare-note">No layer has the same name in both runs.</p>
        )}
        <Panel title={own} side={a} numbers={numbers.a} {...{compared}} testId="compare-first" />
        <Panel title={other} side={b} numbers={numbers.b} {...{compared}} testId="compare-second" />
        <Panel
          title={kind === 'ratio' ? `${other} ÷ ${own}` : `${other} − ${own}`}
          side={difference}
          numbers={numbers.difference}
          compared={compared}
          diverging
          testId="compare-difference"
        />
        <div class="axis-row compare-axis">
          <span class="axis-name">step</span>
          <TimeAxis width={size.value.width - gutter - NUMBERS} />
          <span class="axis-name">at this step</span>
        </div>
      </div>
    </WithTable>
  );
}

/** The numbers of each row at a step, missing ones as undefined. */
function numbersAt({names, a, b, kind}: Compared, step: number) {
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

interface PanelProps {
  readonly title: string;
  readonly side: Side;
  readonly numbers: readonly (number | undefined)[];
  readonly compared: Compared;
  readonly diverging?: boolean;
  readonly testId: string;
}

function Panel({title, side, numbers, compared, diverging, testId}: PanelProps) {
  const session = useSession();
  const {names, info, kind} = compared;
  const theme = session.host.theme.value;
  const [ref, size] = useSize<HTMLDivElement>();
  const height = size.value.height;
  const isSigned = diverging ?? side.coded.scale.diverging;
  const map: ColourMapName = isSigned ? 'diverging' : session.settings.colours.value;
  const write = (value: number) =>
    diverging ? formatDifference(value, kind) : formatValue(value, info.format);
  const marked = markedRows(names, session.layer.value);
  return (
    <section class="compare-panel" style={{maxHeight: px(names.length * HIGHEST_ROW + 28)}}>
      <header>
        <h3>{title}</h3>
        <span class="spring" />
        <span class="reading">
          {write(side.coded.scale.low)}{' '}
          <i class="gradient" style={{background: cssGradient(map, theme)}} />{' '}
          {write(side.coded.scale.high)}
        </span>
        {side.coded.zeros > 0 && (
          <span class="reading">
            <i class="swatch" style={{background: zeroColour(theme)}} />0
          </span>
        )}
        {side.coded.nonfinite > 0 && (
          <span class="reading alarm">
            <i class="swatch" style={{background: nonfiniteColour}} />
            NaN, Inf
          </span>
        )}
      </header>
      <div class="compare-frame" ref={ref}>
        <RowLabels names={names} height={height} />
        <Heatmap
          coded={side.coded}
          rows={names.length}
          columns={side.steps.length}
          firstSteps={side.firstSteps}
          domain={session.domain.value}
          colours={colourTable(map, theme)}
          label={`${title}: ${info.title} of ${names.length} rows`}
          testId={testId}
          marked={marked}
          onHover={(hit) => showCell(hit, compared, side)}
          onPick={({row, column}) => {
            const layer = layerOfRow(session.layers.peek(), names[row]);
            if (layer) session.settings.layer.value = layer.path;
            session.goTo(side.steps[column]);
          }}
        />
        <Numbers {...{names, numbers, height, write, testId}} />
      </div>
    </section>
  );
}

const LOWEST_NUMBER = 11;

function Numbers(props: {
  names: readonly string[];
  numbers: readonly (number | undefined)[];
  height: number;
  write: (value: number) => string;
  testId: string;
}) {
  const {names, numbers, height, write, testId} = props;
  const room = height - 4;
  const stride = Math.max(1, Math.ceil((LOWEST_NUMBER * names.length) / Math.max(1, room)));
  return (
    <div class="row-numbers">
      {names.map((name, row) => {
        const value = numbers[row];
        if (row % stride) return null;
        return (
          <span
            key={name}
            class={value !== undefined && !Number.isFinite(value) ? 'alarm' : ''}
            style={{top: px(4 + ((row + stride / 2) * room) / names.length)}}
            title={value === undefined ? 'not recorded at this step' : String(value)}
            data-row={name}
            data-testid={`${testId}-number`}
            data-value={value ?? ''}
          >
            {value === undefined ? '–' : write(value)}
          </span>
        );
      })}
    </div>
  );
}

/** A ratio that is given as a power of two, or a difference with its sign. */
function formatDifference(value: number, kind: DifferenceKind): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  if (kind === 'difference') return (value > 0 ? '+' : '') + formatNumber(value);
  if (value === 0) return '= 1';
  const factor = 2 ** Math.abs(value);
  const most = Math.abs(value) >= LARGEST_RATIO ? '≥ ' : '';
  const text = factor < 10 ? factor.toPrecision(3) : String(Math.round(factor));
  return `${value > 0 ? '×' : '÷'} ${most}${text}`;
}

function showCell({row, column, x, y}: CellHit, compared: Compared, side: Side): void {
  const {names, info, kind} = compared;
  const step = side.steps[column];
  const {a, b, difference} = numbersAt(compared, step);
  const write = (value: number | undefined) =>
    value === undefined ? 'not recorded' : formatValue(value, info.format);
  const against = difference[row];
  showTooltip(x, y, {
    title: names[row],
    lines: [
      {label: 'step', value: formatCount(step)},
      {label: 'this run', value: write(a[row])},
      {label: 'the other', value: write(b[row])},
      {
        label: kind,
        value: against === undefined ? '–' : formatDifference(against, kind),
      },
    ],
    note: info.definition,
  });
}
