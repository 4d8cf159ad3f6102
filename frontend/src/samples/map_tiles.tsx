/** The canvas of activation maps: samples below each other, channels side by side. */

import {useSignal} from '@preact/signals';
import {useLayoutEffect, useMemo, useRef} from 'preact/hooks';
import type {MapStack, Maps, Predictions, Probe} from '../api/types';
import {prepareCanvas, px, useSize} from '../components/hooks';
import {Guesses, InputPicture, caption, tokensOf} from './probe_sample';
import {hideTooltip, showTooltip} from '../components/tooltip';
import {Atlas} from '../draw/atlas';
import {pictureTable} from '../draw/colour_maps';
import {formatNumber} from '../draw/format';
import {
  type TileLayout,
  type TileRequest,
  fitSide,
  layoutTiles,
  sharedRange,
  tileAt,
  tilePosition,
  tileValue,
} from '../draw/tiles';
import {useSession} from '../state/session';

const INPUT_SIDE = 72;
const INPUT_COLUMN = 104; // the input, its label and what the model makes of it
const INPUT_BLOCK = 142; // their height
const LABEL_ROOM = 20; // for positions beside a picture of attention
const TOP = 12; // above the first sample

interface TilesProps {
  readonly maps: Maps;
  readonly probe: Probe | undefined;
  readonly predictions: Predictions | undefined;
}

export function MapTiles({maps, probe, predictions}: TilesProps) {
  const {settings, host} = useSession();
  const [ref, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroll = useSignal(0);
  const [samples, channels, mapHeight, mapWidth] = maps.shape;
  const inputs = probe?.inputs.filter((input) => input.shape[0] === samples) ?? [];
  const available = size.value.width - (inputs.length ? INPUT_COLUMN + 16 : 0) - 24;
  const isAttention = maps.layout === 'attention';
  const [first, second] = axisNames(maps);
  const room = {
    samples,
    channels,
    mapWidth,
    mapHeight,
    available: Math.max(available, 1),
    ...(isAttention && {gutter: LABEL_ROOM}),
    ...(isWeights(maps) && samples * channels === 1 && {alone: true}),
  };
  const positions = useMemo(
    () => (isAttention ? positionNames(maps, inputs) : undefined),
    [maps, probe],
  );
  const request: TileRequest = {...room, side: fitSide(room, size.value.height - 2 * TOP)};
  const layout = tall(layoutTiles(request), inputs.length > 0);
  const theme = host.theme.value;
  const {colours, range} = settings;
  const atlas = useMemo(() => new Atlas(maps), [maps]);
  useMemo(() => {
    if (isWeights(maps)) {
      const reach = weightReach(maps);
      atlas.colour(pictureTable('diverging', theme), [-reach, reach]);
      return;
    }
    const shared = range.value === 'shared' ? sharedRange(maps) : undefined;
    atlas.colour(pictureTable(colours.value, theme), shared);
  }, [atlas, colours.value, theme, range.value]);
  const view = {width: Math.max(0, available), height: size.value.height};
  const offset = scroll.value;
  useLayoutEffect(() => {
    const context = prepareCanvas(canvas.current, view);
    if (!context) return;
    drawTiles(context, atlas, maps, layout, offset - TOP, view.height);
    if (positions) drawPositions(context, maps, layout, offset - TOP, view.height, positions);
  });
  const point = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const y = event.clientY - box.top + offset - TOP;
    const hit = tileAt(layout, request, event.clientX - box.left, y);
    if (!hit) {
      hideTooltip();
      return;
    }
    const tile = hit.sample * channels + hit.channel;
    const code = maps.codes[(tile * mapHeight + hit.row) * mapWidth + hit.column];
    const value = tileValue(maps, tile, code);
    showTooltip(event.clientX, event.clientY, {
      title:
        maps.layout === 'matrix'
          ? maps.name
          : `${maps.name}, ${second} ${maps.channels[hit.channel]}`,
      lines: [
        ...(maps.layout === 'matrix'
          ? []
          : [{label: first, value: String(maps.rows?.[hit.sample] ?? hit.sample)}]),
        ...(positions
          ? [
              {label: 'query', value: positions(hit.sample, hit.row, 0)},
              {label: 'key', value: positions(hit.sample, hit.column, 1)},
            ]
          : [{label: 'row, column', value: `${hit.row}, ${hit.column}`}]),
        {label: 'value', value: formatNumber(value)},
        {label: 'precision', value: `± ${formatNumber(maps.scale[tile] / 2)}`},
      ],
      ...(maps.dead[hit.channel] && {note: `Zero everywhere, for every ${first}.`}),
    });
  };
  return (
    <div
      class="tiles"
      ref={ref}
      tabIndex={0}
      onScroll={(event) => (scroll.value = event.currentTarget.scrollTop)}
    >
      <div class="tiles-content" style={{height: px(layout.height + 24)}}>
        <Inputs probe={probe} predictions={predictions} inputs={inputs} layout={layout} />
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${pictureName(maps)} of ${maps.name}: ${samples} ${first}s, ${channels} ${second}s`}
          data-testid="maps"
          data-step={maps.step}
          style={{
            width: px(view.width),
            height: px(view.height),
            left: px(inputs.length ? INPUT_COLUMN + 28 : 12),
          }}
          onPointerMove={point}
          onPointerLeave={hideTooltip}
        />
      </div>
    </div>
  );
}

/** Blocks at least as high as the input picture beside them. */
function tall(layout: TileLayout, withInputs: boolean): TileLayout {
  const blockHeight = Math.max(layout.blockHeight, withInputs ? INPUT_BLOCK : 0);
  const samples = layout.height > 0 ? Math.round((layout.height + 10) / layout.blockHeight) : 0;
  return {...layout, blockHeight, height: samples * blockHeight};
}

export const isWeights = ({layout}: MapStack) => layout === 'kernel' || layout === 'matrix';

/** The largest magnitude: colours of weights spread as far to both sides of zero. */
export function weightReach(maps: MapStack): number {
  const [low, high] = sharedRange(maps);
  return Math.max(-low, high) || 1;
}

function pictureName({layout}: MapStack): string {
  if (layout === 'kernel' || layout === 'matrix') return 'Weights';
  return layout === 'attention' ? 'Attention' : 'Activation maps';
}

/** What the two axes of tiles are. */
export function axisNames({layout}: MapStack): readonly [string, string] {
  if (layout === 'kernel') return ['input', 'unit'];
  return ['sample', layout === 'attention' ? 'head' : 'channel'];
}

function drawTiles(
  context: CanvasRenderingContext2D,
  atlas: Atlas,
  maps: Maps,
  layout: TileLayout,
  scroll: number,
  height: number,
): void {
  const [samples, channels, mapHeight, mapWidth] = maps.shape;
  context.imageSmoothingEnabled = false;
  for (let tile = 0; tile < samples * channels; tile++) {
    const {x, y} = tilePosition(layout, Math.floor(tile / channels), tile % channels);
    const top = y - scroll;
    if (top > height || top + layout.tileHeight < 0) continue;
    context.drawImage(
      atlas.canvas,
      (tile % atlas.perRow) * mapWidth,
      Math.floor(tile / atlas.perRow) * mapHeight,
      mapWidth,
      mapHeight,
      x,
      top,
      layout.tileWidth,
      layout.tileHeight,
    );
    if (maps.dead[tile % channels]) markDeadTile(context, x, top, layout);
  }
}

/** What a row (axis 0: queries) or column (axis 1: keys) of a picture of attention stands for. */
type PositionNames = (sample: number, place: number, axis: 0 | 1) => string;

/** Token ids where the input has as many as there are positions, else the positions' numbers. */
function positionNames(maps: Maps, inputs: readonly MapStack[]): PositionNames {
  const full = maps.fullShape.slice(-2);
  const drawn = maps.shape.slice(-2);
  const tokens = Array.from({length: maps.shape[0]}, (_, sample) => tokensOf(inputs[0], sample));
  return (sample, place, axis) => {
    // Beyond the cap a pixel is the mean over several positions: the first one is named.
    const length = full[axis] ?? drawn[axis];
    const position = place * Math.max(1, Math.ceil(length / drawn[axis]));
    const ids = tokens[sample];
    return ids?.length === length ? ids[position] : String(position);
  };
}

const ROW_ROOM = 10; // CSS pixels a label needs
const COLUMN_ROOM = 18;

function drawPositions(
  context: CanvasRenderingContext2D,
  maps: Maps,
  layout: TileLayout,
  scroll: number,
  height: number,
  names: PositionNames,
): void {
  const [samples, channels, mapHeight, mapWidth] = maps.shape;
  const [pixelX, pixelY] = [layout.tileWidth / mapWidth, layout.tileHeight / mapHeight];
  const [strideX, strideY] = [Math.ceil(COLUMN_ROOM / pixelX), Math.ceil(ROW_ROOM / pixelY)];
  context.font = '9px Roboto, Arial, sans-serif';
  context.fillStyle = getComputedStyle(context.canvas).color;
  for (let tile = 0; tile < samples * channels; tile++) {
    const sample = Math.floor(tile / channels);
    const {x, y} = tilePosition(layout, sample, tile % channels);
    const top = y - scroll;
    if (top > height || top + layout.tileHeight < 0) continue;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (let row = 0; row < mapHeight; row += strideY) {
      context.fillText(names(sample, row, 0), x - 2, top + (row + 0.5) * pixelY);
    }
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    for (let column = 0; column < mapWidth; column += strideX) {
      context.fillText(names(sample, column, 1), x + (column + 0.5) * pixelX, top - 3);
    }
  }
}

/** A cross through a channel that is zero for every sample. */
function markDeadTile(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  {tileWidth, tileHeight}: TileLayout,
): void {
  context.strokeStyle = '#e85114';
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, tileWidth - 1, tileHeight - 1);
  context.beginPath();
  context.moveTo(x, y + tileHeight);
  context.lineTo(x + tileWidth, y);
  context.stroke();
}

interface InputsProps extends Omit<TilesProps, 'maps'> {
  readonly inputs: readonly MapStack[];
  readonly layout: TileLayout;
}

function Inputs({probe, predictions, inputs, layout}: InputsProps) {
  if (!inputs.length) return null;
  const [samples] = inputs[0].shape;
  return (
    <div class="inputs">
      {Array.from({length: samples}, (_, sample) => (
        <figure key={sample} style={{top: px(sample * layout.blockHeight + TOP)}}>
          {inputs.slice(0, 1).map((input) => (
            <InputPicture key={input.name} stack={input} sample={sample} side={INPUT_SIDE} />
          ))}
          <figcaption>{caption(probe, sample)}</figcaption>
          <Guesses probe={probe} predictions={predictions} sample={sample} />
        </figure>
      ))}
    </div>
  );
}
