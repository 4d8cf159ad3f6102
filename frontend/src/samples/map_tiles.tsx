/** The canvas of activation maps: samples below each other, channels side by side. */

import {useSignal} from '@preact/signals';
import {useLayoutEffect, useMemo, useRef} from 'preact/hooks';
import type {MapStack, Predictions, Probe} from '../api/types';
import {prepareCanvas, px, useSize} from '../components/hooks';
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
  tileValue,
} from '../draw/tiles';
import {useSession} from '../state/session';
import {mainInput} from './inputs';
import {caption, PredictionList, InputPicture} from './probe_sample';
import {axisNames, isWeights, pictureName, weightReach} from './stacks';
import {drawPositions, drawTiles, positionNames} from './tile_canvas';

const INPUT_SIDE = 72;
const INPUT_COLUMN = 104; // the input, its label and the predictions
const INPUT_BLOCK = 142; // their height
const LABEL_ROOM = 20; // for positions beside a picture of attention
const TOP = 12; // above the first sample

interface TilesProps {
  readonly maps: MapStack;
  /** Of the snapshot; undefined for what is of none. */
  readonly step?: number;
  readonly probe: Probe | undefined;
  readonly predictions: Predictions | undefined;
}

export function MapTiles({maps, step, probe, predictions}: TilesProps) {
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
          data-step={step}
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

interface InputsProps extends Omit<TilesProps, 'maps'> {
  readonly inputs: readonly MapStack[];
  readonly layout: TileLayout;
}

function Inputs({probe, predictions, inputs, layout}: InputsProps) {
  if (!inputs.length) return null;
  const [samples] = inputs[0].shape;
  const shown = mainInput(inputs);
  return (
    <div class="inputs">
      {Array.from({length: samples}, (_, sample) => (
        <figure key={sample} style={{top: px(sample * layout.blockHeight + TOP)}}>
          {shown && <InputPicture stack={shown} sample={sample} side={INPUT_SIDE} />}
          <figcaption>{caption(probe, sample)}</figcaption>
          <PredictionList probe={probe} predictions={predictions} sample={sample} />
        </figure>
      ))}
    </div>
  );
}
