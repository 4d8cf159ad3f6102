/** Rows over time as colours, with hovering, selection and the shown step on top. */

import type {RefObject} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import type {Coded} from '../draw/codes';
import {nonfiniteColour} from '../draw/colour_maps';
import {type Pooling, nonfiniteColumns, paint, poolCodes} from '../draw/raster';
import {type TimeDomain, columnSpans, sampleAt, xToStep} from '../draw/time_scale';
import {type Size, prepareCanvas, useSize} from '../components/hooks';
import {EventMarks} from './event_marks';
import {StepBand} from './step_band';
import {hideTooltip} from '../components/tooltip';

/** A cell under the pointer, and where the pointer is in the window. */
export interface CellHit {
  readonly row: number;
  readonly column: number;
  readonly x: number;
  readonly y: number;
}

interface HeatmapProps {
  readonly coded: Coded;
  readonly rows: number;
  readonly columns: number;
  /** First step of each column. */
  readonly firstSteps: Float64Array;
  readonly domain: TimeDomain;
  readonly colours: Uint32Array;
  /** What it shows, for screen readers. */
  readonly label: string;
  readonly testId: string;
  readonly onHover: (hit: CellHit) => void;
  readonly onPick: (hit: CellHit) => void;
  /** Whether high rows are separated by a line. Defaults to true. */
  readonly separated?: boolean;
  /** By default that of the scale. */
  readonly pooling?: Pooling;
  /** Moves the selection by rows, with the arrow keys while the heatmap has the focus. */
  readonly onMoveRow?: (rows: number) => void;
  /** First and one past the last marked row. */
  readonly marked?: readonly [number, number] | undefined;
}

const LANE = 4; // height of the strip above that marks columns with non-finite values
const SEPARATED_ROW = 9; // rows of at least this height get a line between them

export function Heatmap(props: HeatmapProps) {
  const [ref, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const {coded, rows, columns, firstSteps, domain, colours, marked} = props;
  useLayoutEffect(() => {
    drawHeatmap(canvas, size.value, props);
  }, [coded, rows, columns, firstSteps, domain, colours, size.value]);
  const hit = (event: PointerEvent): CellHit | undefined => {
    const box = ref.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top - LANE];
    const row = Math.floor((y / (box.height - LANE)) * rows);
    const column = sampleAt(firstSteps, xToStep(x, domain, box.width));
    if (row < 0 || row >= rows || column < 0) return undefined;
    return {row, column, x: event.clientX, y: event.clientY};
  };
  const follow = (event: PointerEvent) => {
    const cell = hit(event);
    if (cell) props.onHover(cell);
    if (cell && event.buttons & 1) props.onPick(cell);
  };
  return (
    <div
      class="heatmap"
      ref={ref}
      {...(props.onMoveRow && {
        tabIndex: 0,
        role: 'group',
        'aria-label': props.label,
        onKeyDown: (event: KeyboardEvent) => moveRow(event, props.onMoveRow!),
      })}
      onPointerMove={follow}
      onPointerLeave={hideTooltip}
      onPointerDown={(event) => {
        const cell = hit(event);
        if (cell) props.onPick(cell);
      }}
    >
      <canvas ref={canvas} role="img" aria-label={props.label} data-testid={props.testId} />
      {marked && (
        <div
          class="row-mark"
          style={{
            top: `calc(${LANE}px + (100% - ${LANE}px) * ${marked[0] / rows})`,
            height: `calc((100% - ${LANE}px) * ${(marked[1] - marked[0]) / rows})`,
          }}
        />
      )}
      <EventMarks />
      <StepBand />
    </div>
  );
}

function moveRow(event: KeyboardEvent, move: (rows: number) => void): void {
  const rows = {ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10}[event.key];
  if (rows === undefined) return;
  event.preventDefault(); // keeps the key from the tab's own shortcut
  event.stopPropagation();
  move(rows);
}

function drawHeatmap(
  canvas: RefObject<HTMLCanvasElement | null>,
  size: Size,
  {coded, rows, columns, firstSteps, domain, colours, separated, pooling}: HeatmapProps,
): void {
  const context = prepareCanvas(canvas.current, size);
  if (!context || !rows || !columns) return;
  const density = window.devicePixelRatio || 1;
  const width = Math.round(size.width * density);
  const room = size.height - LANE;
  const lines = Math.min(rows, Math.round(room * density));
  const spans = columnSpans(firstSteps, domain, width);
  const usual = coded.scale.diverging ? 'farthest' : 'largest';
  const picture = poolCodes(coded.codes, rows, columns, spans, lines, pooling ?? usual);
  const image = new ImageData(width, lines);
  paint(picture, colours, new Uint32Array(image.data.buffer));
  const atlas = new OffscreenCanvas(width, lines);
  atlas.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(atlas, 0, 0, width, lines, 0, LANE, size.width, room);
  drawLane(context, nonfiniteColumns(picture, width), density);
  if (separated !== false && room / rows >= SEPARATED_ROW)
    drawSeparators(context, size.width, room, rows, density);
}

function drawLane(context: CanvasRenderingContext2D, found: boolean[], density: number): void {
  context.fillStyle = nonfiniteColour;
  found.forEach((marked, x) => {
    if (marked) context.fillRect(x / density, 0, 1 / density, LANE - 1);
  });
}

/** Cuts lines out rather than drawing them: the background shows through in either theme. */
function drawSeparators(
  context: CanvasRenderingContext2D,
  width: number,
  room: number,
  rows: number,
  density: number,
): void {
  for (let row = 1; row < rows; row++) {
    const y = Math.round((LANE + (row * room) / rows) * density) / density;
    context.clearRect(0, y, width, 1 / density);
  }
}
