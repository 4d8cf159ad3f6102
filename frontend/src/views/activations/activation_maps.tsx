/** Activation maps of one layer's output, or its attention, beside the probe samples themselves. */

import {useComputed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import type {Maps, MapsIndex, Predictions, Probe} from '../../api/types';
import {ColourSelect} from '../../components/colour_select';
import {Choice} from '../../components/controls';
import {SiteSelect} from '../../components/site_select';
import {NotRecorded, Pending} from '../../components/states';
import {cssGradient, nonfiniteColour} from '../../draw/colour_maps';
import {formatNumber, formatShape} from '../../draw/format';
import {sharedRange} from '../../draw/tiles';
import {mapsSheet} from '../../samples/map_sheet';
import {FlatShapeField} from '../../samples/flat_shape_field';
import {MapTiles} from '../../samples/map_tiles';
import {SnapshotNote} from '../../samples/snapshot_note';
import {usePictureIndex, usePictures, usePredictions, useProbe} from '../../samples/use_pictures';
import {useSession} from '../../state/session';
import {WithTable} from '../../tables/with_table';

/** Of the selected layer; attention, which few layers have, else of the first that has it. */
export function ActivationMaps({kind}: {kind: 'maps' | 'attention'}) {
  const session = useSession();
  const source = usePictureIndex(kind);
  const site = useComputed(() => {
    const names = source.fresh.value?.names ?? [];
    const own = session.layer.value?.sites.map(({name}) => name) ?? [];
    const inside = `${session.layer.value?.path}/`;
    const found = own.find((name) => names.includes(name));
    if (found !== undefined || kind === 'maps') return found;
    return names.find((name) => name.startsWith(inside)) ?? names[0];
  });
  const maps = usePictures(kind, source, site);
  const [probe, predictions] = [useProbe(), usePredictions()];
  const index = source.fresh.value;
  if (!index) {
    return (
      <Pending loaded={source.state.value} retry={() => source.retry()} class="activations">
        {() => null}
      </Pending>
    );
  }
  if (site.value === undefined && kind === 'attention' && !index.names.length) {
    return <LeftOut index={index} open />;
  }
  if (site.value === undefined) {
    return <NoMaps index={index} path={session.layer.value?.path ?? ''} />;
  }
  return (
    <>
      <MapsBar index={index} site={site.value} maps={maps.data} />
      {kind === 'attention' && <LeftOut index={index} />}
      <Pending loaded={maps.state.value} retry={() => maps.retry()} class="maps-pending">
        {(data) => <MapsPicture maps={data} probe={probe.data} predictions={predictions.data} />}
      </Pending>
    </>
  );
}

interface MapsPictureProps {
  readonly maps: Maps;
  readonly probe: Probe | undefined;
  readonly predictions: Predictions | undefined;
}

function MapsPicture({maps, probe, predictions}: MapsPictureProps) {
  const sheet = useMemo(() => mapsSheet(maps), [maps]);
  return (
    <WithTable sheet={sheet}>
      <MapTiles maps={maps} step={maps.step} probe={probe} predictions={predictions} />
    </WithTable>
  );
}

/** Layers whose attention is not shown, and why: nothing else tells that they have any. */
function LeftOut({index, open}: {index: MapsIndex; open?: boolean}) {
  const {omissions} = index;
  if (!omissions.length) return null;
  const layers = omissions.length === 1 ? '1 layer' : `${omissions.length} layers`;
  return (
    <details class="left-out" data-testid="left-out" open={open}>
      <summary>Attention of {layers} is not shown</summary>
      <ul>
        {omissions.map(({name, reason}) => (
          <li key={name}>
            <b>{name}</b>: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

function NoMaps({index, path}: {index: MapsIndex; path: string}) {
  const omission = index.omissions.find(({name}) => name === path);
  return (
    <>
      <div class="view-bar">
        <SiteSelect names={index.names} value="" testId="maps-layer" />
      </div>
      <NotRecorded
        what={`No maps of ${path} are recorded`}
        how={omission ? omission.reason : 'Choose another layer above.'}
      />
    </>
  );
}

interface BarProps {
  readonly index: MapsIndex;
  readonly site: string;
  readonly maps: Maps | undefined;
}

function MapsBar({index, site, maps}: BarProps) {
  const {settings, host} = useSession();
  const {range, colours} = settings;
  const flat = useProbe().data?.inputs.find(({layout}) => layout === 'vector');
  return (
    <div class="view-bar">
      <SiteSelect names={index.names} value={site} testId="maps-layer" />
      {flat && <FlatShapeField values={flat.shape[2] * flat.shape[3]} />}
      <Choice
        label="Colour range"
        testId="range"
        value={range.value}
        options={[
          ['map', 'Range per map', 'Each map has its own colour range'],
          [
            'shared',
            'Shared',
            'One range for all maps of the layer, so that magnitudes can be compared',
          ],
        ]}
        onChange={(next) => (range.value = next)}
      />
      <ColourSelect />
      {maps && <ShapeNote maps={maps} />}
      <span class="spring" />
      {maps && <RangeLegend maps={maps} gradient={cssGradient(colours.value, host.theme.value)} />}
      {maps && <SnapshotNote of={maps.step} />}
    </div>
  );
}

function ShapeNote({maps}: {maps: Maps}) {
  const [, channels] = maps.shape;
  const all = maps.fullShape.at(-1) ?? channels;
  const capped = maps.layout === 'image' && all > channels;
  return (
    <span class="quiet">
      {formatShape(maps.fullShape.slice(1))}
      {capped && `, ${channels} of ${all} channels recorded`}
    </span>
  );
}

function RangeLegend({maps, gradient}: {maps: Maps; gradient: string}) {
  const [low, high] = sharedRange(maps);
  const shared = useSession().settings.range.value === 'shared';
  return (
    <span class="legend">
      <span class="number">{shared ? formatNumber(low) : 'min'}</span>
      <i class="gradient" style={{background: gradient}} />
      <span class="number">{shared ? formatNumber(high) : 'max'}</span>
      {maps.codes.includes(255) && (
        <span class="alarm">
          <i class="swatch" style={{background: nonfiniteColour}} /> NaN, Inf
        </span>
      )}
    </span>
  );
}
