/** The canvas of activation maps: samples below each other, channels side by side. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useLayoutEffect, useMemo, useRef} from 'preact/hooks';
import type {MapStack, Maps, Probe} from '../api/types';
import {prepareCanvas, px, useSize} from '../components/hooks';
import {hideTooltip, showTooltip} from '../components/tooltip';
import {type ThemeName, pictureTable} from '../draw/colour_maps';
import {formatNumber} from '../draw/format';
import {
  type TileLayout,
  type TileRequest,
  colourTiles,
  fitSide,
  layoutTiles,
  sharedRange,
  tileAt,
  tilePosition,
  tileValue,
} from '../draw/tiles';
import {useSession} from '../state/session';

const INPUT_SIDE = 72;
const TOP = 12; // above the first sample

interface TilesProps {
  readonly maps: Maps;
  readonly probe: Probe | undefined;
}

export function MapTiles({maps, probe}: TilesProps) {
  const {settings, host} = useSession();
  const [ref, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroll = useSignal(0);
  const [samples, channels, mapHeight, mapWidth] = maps.shape;
  const inputs = probe?.inputs.filter((input) => input.shape[0] === samples) ?? [];
  const available = size.value.width - (inputs.length ? INPUT_SIDE + 16 : 0) - 24;
  const room = {samples, channels, mapWidth, mapHeight, available: Math.max(available, 1)};
  const request: TileRequest = {...room, side: fitSide(room, size.value.height - 2 * TOP)};
  const layout = tall(layoutTiles(request), inputs.length > 0);
  const theme = host.theme.value;
  const {colours, range} = settings;
  const atlas = useMemo(
    () => colourAtlas(maps, pictureTable(colours.value, theme), range.value === 'shared'),
    [maps, colours.value, theme, range.value],
  );
  const view = {width: Math.max(0, available), height: size.value.height};
  const offset = scroll.value;
  useLayoutEffect(() => {
    const context = prepareCanvas(canvas.current, view);
    if (context) drawTiles(context, atlas, maps, layout, offset - TOP, view.height);
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
      title: `${maps.name}, channel ${maps.channels[hit.channel]}`,
      lines: [
        {label: 'sample', value: String(hit.sample)},
        {label: 'row, column', value: `${hit.row}, ${hit.column}`},
        {label: 'value', value: formatNumber(value)},
        {label: 'precision', value: `± ${formatNumber(maps.scale[tile] / 2)}`},
      ],
      ...(maps.dead[hit.channel] && {note: 'Zero everywhere, for every probe sample.'}),
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
        <Inputs probe={probe} inputs={inputs} layout={layout} theme={theme} />
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Activation maps of ${maps.name}: ${samples} samples, ${channels} channels`}
          data-testid="maps"
          data-step={maps.step}
          style={{
            width: px(view.width),
            height: px(view.height),
            left: px(inputs.length ? INPUT_SIDE + 28 : 12),
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
  const blockHeight = Math.max(layout.blockHeight, withInputs ? INPUT_SIDE + 28 : 0);
  const samples = layout.height > 0 ? Math.round((layout.height + 10) / layout.blockHeight) : 0;
  return {...layout, blockHeight, height: samples * blockHeight};
}

/** Pixels of all tiles below each other, [samples * channels * height, width]. */
function colourAtlas(maps: MapStack, colours: Uint32Array, shared: boolean): OffscreenCanvas {
  const [samples, channels, height, width] = maps.shape;
  const perRow = atlasColumns(samples * channels, width, height);
  const atlas = new OffscreenCanvas(
    perRow * width,
    Math.ceil((samples * channels) / perRow) * height,
  );
  const flat = new Uint32Array(maps.codes.length);
  colourTiles(maps, colours, shared ? sharedRange(maps) : undefined, flat);
  const context = atlas.getContext('2d')!;
  const image = context.createImageData(atlas.width, atlas.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let tile = 0; tile < samples * channels; tile++) {
    const x = (tile % perRow) * width;
    const y = Math.floor(tile / perRow) * height;
    for (let row = 0; row < height; row++) {
      const from = (tile * height + row) * width;
      pixels.set(flat.subarray(from, from + width), (y + row) * atlas.width + x);
    }
  }
  context.putImageData(image, 0, 0);
  return atlas;
}

/** Tiles in a line of the atlas: about square, as browsers limit a canvas's sides. */
function atlasColumns(tiles: number, width: number, height: number): number {
  return Math.max(1, Math.min(tiles, Math.ceil(Math.sqrt((tiles * height) / width))));
}

function drawTiles(
  context: CanvasRenderingContext2D,
  atlas: OffscreenCanvas,
  maps: Maps,
  layout: TileLayout,
  scroll: number,
  height: number,
): void {
  const [samples, channels, mapHeight, mapWidth] = maps.shape;
  const perRow = atlas.width / mapWidth;
  context.imageSmoothingEnabled = false;
  for (let tile = 0; tile < samples * channels; tile++) {
    const {x, y} = tilePosition(layout, Math.floor(tile / channels), tile % channels);
    const top = y - scroll;
    if (top > height || top + layout.tileHeight < 0) continue;
    context.drawImage(
      atlas,
      (tile % perRow) * mapWidth,
      Math.floor(tile / perRow) * mapHeight,
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

interface InputsProps {
  readonly probe: Probe | undefined;
  readonly inputs: readonly MapStack[];
  readonly layout: TileLayout;
  readonly theme: ThemeName;
}

function Inputs({probe, inputs, layout, theme}: InputsProps) {
  if (!inputs.length) return null;
  const [samples] = inputs[0].shape;
  return (
    <div class="inputs">
      {Array.from({length: samples}, (_, sample) => (
        <figure key={sample} style={{top: px(sample * layout.blockHeight + TOP)}}>
          {inputs.slice(0, 1).map((input) => (
            <Picture key={input.name} stack={input} sample={sample} theme={theme} />
          ))}
          <figcaption>{caption(probe, sample)}</figcaption>
        </figure>
      ))}
    </div>
  );
}

/** The sample's number and, where they are known, its label; a one-hot label as its class. */
function caption(probe: Probe | undefined, sample: number): ComponentChildren {
  if (!probe?.labels) return `sample ${sample}`;
  const {data, width} = probe.labels;
  const label = data.subarray(sample * width, (sample + 1) * width);
  const hot = label.indexOf(1);
  const isOneHot = width > 1 && hot >= 0 && label.every((v, i) => v === (i === hot ? 1 : 0));
  const text = isOneHot ? String(hot) : [...label].slice(0, 3).map(formatNumber).join(', ');
  return `#${sample} · label ${text}`;
}

interface PictureProps {
  readonly stack: MapStack;
  readonly sample: number;
  readonly theme: ThemeName;
}

function Picture({stack, sample, theme}: PictureProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const [, channels, height, width] = stack.shape;
  useLayoutEffect(() => {
    const context = ref.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    paintPicture(stack, sample, pictureTable('greys', theme), image.data);
    context.putImageData(image, 0, 0);
  }, [stack, sample, theme]);
  const zoom = INPUT_SIDE / Math.max(width, height);
  return (
    <canvas
      ref={ref}
      width={width}
      height={height}
      role="img"
      aria-label={`Input ${stack.name}, sample ${sample}, ${channels} channels`}
      style={{width: px(width * zoom), height: px(Math.max(10, height * zoom))}}
    />
  );
}

/** Three channels are red, green and blue over one range; otherwise the first one is shown in grey. */
function paintPicture(
  stack: MapStack,
  sample: number,
  greys: Uint32Array,
  into: Uint8ClampedArray,
): void {
  const [, channels, height, width] = stack.shape;
  const pixels = height * width;
  if (channels !== 3) {
    const start = sample * channels * pixels;
    const words = new Uint32Array(into.buffer);
    for (let i = 0; i < pixels; i++) words[i] = greys[stack.codes[start + i]];
    return;
  }
  const [low, high] = sharedRange(stack);
  const factor = high > low ? 255 / (high - low) : 0;
  for (let channel = 0; channel < 3; channel++) {
    const tile = sample * 3 + channel;
    for (let i = 0; i < pixels; i++) {
      const value = tileValue(stack, tile, stack.codes[tile * pixels + i]);
      into[4 * i + channel] = (value - low) * factor;
    }
  }
  for (let i = 0; i < pixels; i++) into[4 * i + 3] = 255;
}
