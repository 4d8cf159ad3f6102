/** Saliency and Grad-CAM: what the score depends on, over the input and by itself. */

import {useComputed} from '@preact/signals';
import {useLayoutEffect, useMemo, useRef} from 'preact/hooks';
import type {MapStack, Maps, Predictions, Probe} from '../../api/types';
import {ColourSelect} from '../../components/colour_select';
import {Choice} from '../../components/controls';
import {px} from '../../components/hooks';
import {NotRecorded, Pending} from '../../components/states';
import {hideTooltip, showTooltip} from '../../components/tooltip';
import {cssColour, nonfiniteColour, pictureTable} from '../../draw/colour_maps';
import {formatNumber} from '../../draw/format';
import {colourTiles, sharedRange, tileValue} from '../../draw/tiles';
import {mapsSheet} from '../../samples/map_sheet';
import {mainInput} from '../../samples/inputs';
import {caption, InputPicture, PredictionList, tokensOf} from '../../samples/probe_sample';
import {SnapshotNote} from '../../samples/snapshot_note';
import {usePictureIndex, usePictures, usePredictions, useProbe} from '../../samples/use_pictures';
import {useSession} from '../../state/session';
import {WithTable} from '../../tables/with_table';

type HeatKind = 'saliency' | 'grad_cam';

const TITLES: Readonly<Record<HeatKind, string>> = {
  saliency: 'Magnitude of the gradient of the score with respect to each element of the input.',
  grad_cam:
    'The channels of a layer, weighted by how much each raises the score; only positive contributions are shown.',
};

export function HeatOverlay({kind}: {kind: HeatKind}) {
  const session = useSession();
  const index = usePictureIndex(kind);
  const name = useComputed(() => {
    const names = index.fresh.value?.names ?? [];
    const own = session.layer.value?.sites.map((site) => site.name) ?? [];
    return names.find((each) => own.includes(each)) ?? names[0];
  });
  const maps = usePictures(kind, index, name);
  const [probe, predictions] = [useProbe(), usePredictions()];
  if (index.fresh.value && name.value === undefined) {
    const [omission] = index.fresh.value.omissions;
    return (
      <NotRecorded
        what={`No ${kind === 'saliency' ? 'saliency' : 'Grad-CAM'} is recorded`}
        how={omission ? omission.reason : 'No snapshot holds any.'}
      />
    );
  }
  if (!index.fresh.value) {
    return (
      <Pending loaded={index.state.value} retry={() => index.retry()} class="maps-pending">
        {() => null}
      </Pending>
    );
  }
  return (
    <Pending loaded={maps.state.value} retry={() => maps.retry()} class="maps-pending">
      {(data) => (
        <Picture kind={kind} maps={data} probe={probe.data} predictions={predictions.data} />
      )}
    </Pending>
  );
}

interface PictureProps {
  readonly kind: HeatKind;
  readonly maps: Maps;
  readonly probe: Probe | undefined;
  readonly predictions: Predictions | undefined;
}

function Picture({kind, maps, probe, predictions}: PictureProps) {
  const sheet = useMemo(() => mapsSheet(maps), [maps]);
  return (
    <>
      <div class="view-bar">
        <HeatControls over={maps.shape[2] > 1} />
        <span class="info" title={TITLES[kind]} tabIndex={0} role="note" aria-label={TITLES[kind]}>
          i
        </span>
        <span class="quiet">
          {kind === 'grad_cam' ? `of ${maps.name}` : maps.of ? `of the output of ${maps.of}` : ''}
        </span>
        <span class="spring" />
        <SnapshotNote of={maps.step} />
      </div>
      <WithTable sheet={sheet}>
        <div class="heat-cards" tabIndex={0} data-testid="heat-cards" data-step={maps.step}>
          {Array.from({length: maps.shape[0]}, (_, sample) => (
            <Card key={sample} {...{maps, probe, predictions, sample}} />
          ))}
        </div>
      </WithTable>
    </>
  );
}

function HeatControls({over}: {over: boolean}) {
  const {range, opacity} = useSession().settings;
  return (
    <>
      {over && (
        <label class="field">
          <span>Opacity</span>
          <input
            type="range"
            min={0}
            max={100}
            value={opacity.value}
            data-testid="opacity"
            onInput={(event) => (opacity.value = event.currentTarget.valueAsNumber)}
          />
        </label>
      )}
      <Choice
        label="Colour range"
        testId="range"
        value={range.value}
        options={[
          ['map', 'Range per sample', 'Each sample has its own colour range'],
          ['shared', 'Shared', 'One range for all samples, so that magnitudes can be compared'],
        ]}
        onChange={(next) => (range.value = next)}
      />
      <ColourSelect />
    </>
  );
}

const SIDE = 168; // CSS pixels

interface CardProps extends Omit<PictureProps, 'kind'> {
  readonly sample: number;
}

function Card({maps, probe, predictions, sample}: CardProps) {
  const opacity = useSession().settings.opacity.value ?? 0;
  const [, , height] = maps.shape;
  const input =
    probe?.inputs.find(({name}) => name === maps.name) ?? mainInput(probe?.inputs ?? []);
  const target = maps.targets?.[sample] ?? -1;
  return (
    <figure class="heat-card" data-testid="heat-card" data-sample={sample} data-target={target}>
      <figcaption>
        {caption(probe, sample)}
        <span class="quiet">
          {target < 0 ? ', for the output itself' : `, for class ${target}`}
        </span>
      </figcaption>
      {height === 1 ? (
        <Strip maps={maps} input={input} sample={sample} />
      ) : (
        <div class="heat-pictures">
          {input && (
            <div class="heat-over">
              <InputPicture stack={input} sample={sample} side={SIDE} />
              <Heat maps={maps} sample={sample} opacity={opacity / 100} over />
            </div>
          )}
          <Heat maps={maps} sample={sample} opacity={1} />
        </div>
      )}
      <PredictionList probe={probe} predictions={predictions} sample={sample} />
    </figure>
  );
}

const rangeOf = (maps: Maps, sample: number): readonly [number, number] => [
  maps.offset[sample],
  maps.offset[sample] + 254 * maps.scale[sample],
];

interface HeatProps {
  readonly maps: Maps;
  readonly sample: number;
  readonly opacity: number;
  /** Whether it lies over the input. */
  readonly over?: boolean;
}

function Heat({maps, sample, opacity, over}: HeatProps) {
  const {settings, host} = useSession();
  const ref = useRef<HTMLCanvasElement>(null);
  const [, , height, width] = maps.shape;
  const [colours, theme, range] = [settings.colours.value, host.theme.value, settings.range.value];
  useLayoutEffect(() => {
    const context = ref.current?.getContext('2d');
    if (!context) return;
    const all = new Uint32Array(maps.codes.length);
    const shared = range === 'shared' ? sharedRange(maps) : undefined;
    colourTiles(maps, pictureTable(colours, theme), shared, all);
    const image = context.createImageData(width, height);
    const pixels = height * width;
    new Uint32Array(image.data.buffer).set(all.subarray(sample * pixels, (sample + 1) * pixels));
    context.putImageData(image, 0, 0);
  }, [maps, sample, colours, theme, range]);
  const zoom = SIDE / Math.max(width, height);
  const hover = (event: PointerEvent) => {
    const box = ref.current!.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
    const code = maps.codes[(sample * height + row) * width + column];
    if (code === undefined) return;
    showTooltip(event.clientX, event.clientY, {
      title: `${maps.name}, sample ${sample}`,
      lines: [
        {label: 'row, column', value: `${row}, ${column}`},
        {label: 'value', value: formatNumber(tileValue(maps, sample, code))},
      ],
    });
  };
  return (
    <canvas
      ref={ref}
      class={over ? 'heat over' : 'heat'}
      width={width}
      height={height}
      role="img"
      aria-label={`${maps.name}, sample ${sample}${over ? ', over the input' : ''}`}
      style={{width: px(width * zoom), height: px(height * zoom), opacity: String(opacity)}}
      onPointerMove={hover}
      onPointerLeave={hideTooltip}
    />
  );
}

/** One cell per position, with the token's id or the position in it. */
function Strip({maps, input, sample}: {maps: Maps; input: MapStack | undefined; sample: number}) {
  const {settings, host} = useSession();
  const [, , , width] = maps.shape;
  const tokens = tokensOf(input, sample);
  const names = tokens?.length === width ? tokens : undefined;
  const [low, high] = settings.range.value === 'shared' ? sharedRange(maps) : rangeOf(maps, sample);
  return (
    <ol class="heat-strip" aria-label={`${maps.name}, sample ${sample}: one value a position`}>
      {Array.from({length: width}, (_, position) => {
        const value = tileValue(maps, sample, maps.codes[sample * width + position]);
        const place = high > low ? (value - low) / (high - low) : 0;
        const colour = Number.isFinite(value)
          ? cssColour(settings.colours.value, host.theme.value, place)
          : nonfiniteColour;
        return (
          <li
            key={position}
            title={`position ${position}${names ? `, id ${names[position]}` : ''}: ${formatNumber(value)}`}
            data-value={value}
          >
            <i style={{background: colour}} />
            {names?.[position] ?? position}
          </li>
        );
      })}
    </ol>
  );
}
