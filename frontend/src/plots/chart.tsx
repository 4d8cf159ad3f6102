/** Lines over time: uPlot with the tab's colours, the shown step as an overlay. */

import {useContext, useLayoutEffect, useMemo, useRef} from 'preact/hooks';
import uPlot from 'uplot';
import {type Branch, alone, partsOf} from '../data/branches';
import {nonfiniteColour} from '../draw/colour_maps';
import {formatTick} from '../draw/format';
import {linearTicks, logTicks} from '../draw/ticks';
import {type TimeDomain, sampleAt} from '../draw/time_scale';
import {useSession} from '../state/session';
import {px, useSize} from '../components/hooks';
import {AxisContext} from './axis';
import {EventMarks} from './event_marks';
import {StepBand} from './step_band';

export interface Line {
  readonly name: string;
  readonly values: Float32Array;
  /** Whether a non-finite value at this index means "does not apply". */
  readonly isMissing?: (column: number) => boolean;
  /** A CSS custom property without its dashes, e.g. "series-1". */
  readonly colour: string;
  readonly width?: number;
  /** Whether it stays behind another line, which shows its course. */
  readonly faint?: boolean;
  readonly dash?: number[];
  /** Whether it is of steps that were given up. */
  readonly givenUp?: boolean;
  /** Whether to draw across what is missing. */
  readonly spanGaps?: boolean;
  /** The place of another line that the space in between is filled to. */
  readonly fillTo?: number;
}

interface ChartProps {
  readonly steps: Float64Array;
  readonly lines: readonly Line[];
  readonly domain: TimeDomain;
  readonly log: boolean;
  /** Width of the space at the left that holds the axis. */
  readonly gutter: number;
  readonly format?: (value: number) => string;
  /** Whether values are whole numbers. */
  readonly whole?: boolean;
  readonly onHover?: (column: number | undefined, event?: MouseEvent) => void;
  readonly onPick?: (step: number) => void;
  readonly label: string;
}

const FAINT = 0.4; // opacity
const DIMMED = 0.8; // beneath a shade
const GIVEN_UP = [3, 3]; // drawn, gap: CSS pixels
const NO_BRANCHES: readonly Branch[] = [];
const NARROWEST_MARK = 3; // CSS pixels: a single bad sample of thousands stays visible

export function Chart(props: ChartProps) {
  const {steps, lines, domain, log, gutter} = props;
  const [ref, size] = useSize<HTMLDivElement>();
  const latest = useRef(props);
  latest.current = props;
  const session = useSession();
  const theme = session.host.theme.value;
  const isShownRun = useContext(AxisContext) === undefined;
  const branches = isShownRun ? session.branches.value : NO_BRANCHES;
  const drawn = useMemo(() => withBranches(steps, lines, branches), [steps, lines, branches]);
  const data = useMemo(() => chartData(steps, drawn, log), [steps, drawn, log]);
  const {width, height} = size.value;
  useLayoutEffect(() => {
    if (!ref.current || !width || !height) return undefined;
    const plot = new uPlot(options(latest, drawn, ref.current, width, height), data, ref.current);
    return () => plot.destroy();
  }, [data, domain, log, gutter, theme, width, height]);
  return (
    <div class="chart" role="img" aria-label={props.label}>
      <div class="chart-plot" ref={ref} />
      <div class="chart-overlay" style={{left: px(gutter)}}>
        <EventMarks />
        <StepBand />
      </div>
    </div>
  );
}

/** Lines, then what of them was given up, dashed; bands are dimmed only. */
function withBranches(
  steps: Float64Array,
  lines: readonly Line[],
  branches: readonly Branch[],
): readonly Line[] {
  if (!branches.length) return lines;
  const isFilled = new Set(
    lines.flatMap(({fillTo}, place) => (fillTo === undefined ? [] : [fillTo, place])),
  );
  const parts = lines.map(({values}, place) =>
    isFilled.has(place) ? [values] : partsOf(values, steps, branches),
  );
  const kept = lines.map((line, place) => ({...line, values: parts[place][0]}));
  const given = lines.flatMap((line, place) =>
    parts[place].slice(1).map((values) => ({...line, values, givenUp: true, dash: GIVEN_UP})),
  );
  return [...kept, ...given];
}

/** uPlot takes null as a gap; a log axis cannot show values that are not positive. */
function chartData(steps: Float64Array, lines: readonly Line[], log: boolean): uPlot.AlignedData {
  const drawable = (value: number) =>
    Number.isFinite(value) && (!log || value > 0) ? value : null;
  return [steps, ...lines.map(({values}) => Array.from(values, drawable))] as uPlot.AlignedData;
}

function options(
  latest: {readonly current: ChartProps},
  drawn: readonly Line[],
  element: HTMLElement,
  width: number,
  height: number,
): uPlot.Options {
  const {domain, log, gutter, lines} = latest.current;
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `11px ${style.fontFamily}`;
  const zeroColours = lines.map((line) => colour(line.colour));
  return {
    width,
    height,
    padding: [6, 0, 4, 0],
    legend: {show: false},
    cursor: {
      y: false,
      x: true,
      points: {show: false},
      drag: {x: false, y: false},
      bind: {
        mousedown: () => (event: MouseEvent) => {
          pick(latest.current, element, event);
          return null;
        },
      },
    },
    scales: {
      x: {time: false, range: () => [domain.first, domain.end]},
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, 3 is logarithmic
      y: log ? {distr: 3, range: logRange} : {range: linearRange},
    },
    axes: [
      {show: false},
      {
        size: gutter,
        gap: 4,
        font,
        stroke: colour('muted'),
        ticks: {show: false},
        grid: {stroke: colour('grid'), width: 1},
        splits: (plot: uPlot) => ySplits(plot, log, latest.current.whole ?? false),
        filter: (_plot, splits) => splits,
        values: (_plot, splits) =>
          splits.map((value) => (latest.current.format ?? formatTick)(value)),
      },
    ],
    series: [
      {},
      ...drawn.map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        alpha: line.faint ? FAINT : line.givenUp ? DIMMED : 1,
        width: line.width ?? 1.5,
        ...(line.dash && {dash: line.dash}),
        points:
          drawn === lines
            ? {show: line.values.length < 2}
            : {
                show: true,
                size: 4,
                filter: (plot: uPlot, series: number) => alone([...plot.data[series]]),
              },
        spanGaps: line.spanGaps ?? false,
      })),
    ],
    bands: lines.flatMap(({fillTo}, place) =>
      fillTo === undefined
        ? []
        : [{series: [place + 1, fillTo + 1] as uPlot.Band.Bounds, fill: colour('quantile')}],
    ),
    hooks: {
      setCursor: [(plot: uPlot) => hover(latest.current, plot)],
      draw: [(plot: uPlot) => drawMarks(plot, latest.current, zeroColours)],
    },
  };
}

function hover({onHover}: ChartProps, plot: uPlot): void {
  const {left, idx, event} = plot.cursor;
  if (left === undefined || left < 0 || idx === null || idx === undefined) onHover?.(undefined);
  else onHover?.(idx, event);
}

function pick({onPick, domain, steps, gutter}: ChartProps, element: Element, event: MouseEvent) {
  const box = element.getBoundingClientRect();
  const at = (event.clientX - box.left - gutter) / (box.width - gutter);
  const sample = sampleAt(steps, domain.first + at * (domain.end - domain.first));
  if (sample >= 0 && at >= 0) onPick?.(steps[sample]);
}

/**
 * Marks for what a line cannot show, as wide as their samples, because a gap alone is easily missed:
 * non-finite values on the upper edge, exact zeros of a log axis on the lower one.
 */
function drawMarks(plot: uPlot, {steps, lines, domain, log}: ChartProps, zeros: string[]): void {
  const {ctx, bbox} = plot;
  const density = window.devicePixelRatio || 1;
  const narrowest = NARROWEST_MARK * density;
  const mark = (index: number, y: number, height: number) => {
    const left = plot.valToPos(steps[index], 'x', true);
    const right = plot.valToPos(steps[index + 1] ?? domain.end, 'x', true);
    ctx.fillRect(left, y, Math.max(right - left, narrowest), height);
  };
  lines.forEach(({values, isMissing}, line) => {
    values.forEach((value, index) => {
      if (log && value === 0) {
        ctx.fillStyle = zeros[line];
        mark(index, bbox.top + bbox.height - 2 * density, 2 * density);
      } else if (!Number.isFinite(value) && !isMissing?.(index)) {
        ctx.fillStyle = nonfiniteColour;
        mark(index, bbox.top, 5 * density);
      }
    });
  });
}

function logRange(_plot: uPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !(low > 0)) return [0.1, 1];
  return low === high ? [low / 2, high * 2] : [low / 1.15, high * 1.15];
}

function linearRange(_plot: uPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.5 || 1;
  return [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad];
}

function ySplits(plot: uPlot, log: boolean, whole: boolean): number[] {
  const {min, max} = plot.scales.y;
  if (min === undefined || max === undefined || min === null || max === null) return [];
  const count = Math.max(2, Math.floor(plot.height / 34));
  if (log) return logTicks(min, max, count);
  return linearTicks(min, max, count, whole);
}
