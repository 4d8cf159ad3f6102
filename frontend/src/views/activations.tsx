/** Activation maps of one layer's output for the probe samples, beside the samples themselves. */

import {useComputed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {mapsIndexQuery, mapsQuery, probeQuery} from '../api/pictures';
import type {Maps, MapsIndex, Probe} from '../api/types';
import {Choice, Select} from '../components/controls';
import {SiteSelect} from '../components/site_select';
import {NotRecorded, Pending} from '../components/states';
import {WithTable} from '../components/with_table';
import {sharedRange, tileValue} from '../draw/tiles';
import {SEQUENTIAL, cssGradient, nonfiniteColour} from '../draw/colour_maps';
import {formatCount, formatNumber, formatShape} from '../draw/format';
import {lastAtMost} from '../draw/time_scale';
import {type Resource, useResource} from '../state/resource';
import {useSession} from '../state/session';
import type {Sheet} from '../state/sheet';
import {MapTiles} from './map_tiles';

export function Activations() {
  const session = useSession();
  const index = useResource(
    session.client,
    () => (session.has('maps') ? session.request((run) => mapsIndexQuery(run, 'maps')) : undefined),
    session.host.visible,
  );
  if (!session.has('maps')) {
    return (
      <NotRecorded
        what="Activation maps are not recorded in this run"
        how="Give the callback samples to look at: InspectCallback(log_dir, probe=x_test[:8])."
      />
    );
  }
  return (
    <Pending loaded={index.state.value} retry={() => index.retry()} class="activations">
      {() => <MapsOfLayer source={index} />}
    </Pending>
  );
}

/** The site whose maps are shown: the selected layer's, if it has any. */
function siteOf(index: MapsIndex, sites: readonly string[]): string | undefined {
  return sites.find((name) => index.names.includes(name));
}

function MapsOfLayer({source}: {source: Resource<MapsIndex>}) {
  const session = useSession();
  const site = useComputed(() => {
    const index = source.fresh.value;
    return index && siteOf(index, session.layer.value?.sites.map(({name}) => name) ?? []);
  });
  // One snapshot serves many steps: only another one is a reason to load.
  const snapshot = useComputed(() => {
    const steps = source.fresh.value?.steps ?? [];
    return steps[Math.max(0, lastAtMost(steps, session.step.value ?? 0))];
  });
  const maps = useResource(
    session.client,
    () => {
      const [name, step] = [site.value, snapshot.value];
      return name === undefined || step === undefined
        ? undefined
        : session.request((run) => mapsQuery(run, name, step, 'maps'));
    },
    session.host.visible,
  );
  const probe = useResource(
    session.client,
    () => (session.has('probe') ? session.request(probeQuery) : undefined),
    session.host.visible,
  );
  const index = source.fresh.value;
  if (!index) return null;
  if (site.value === undefined) {
    return <NoMaps index={index} path={session.layer.value?.path ?? ''} />;
  }
  return (
    <>
      <MapsBar index={index} site={site.value} maps={maps.data} />
      <Pending loaded={maps.state.value} retry={() => maps.retry()} class="maps-pending">
        {(data) => <MapsPicture maps={data} probe={probe.data} />}
      </Pending>
    </>
  );
}

function MapsPicture({maps, probe}: {maps: Maps; probe: Probe | undefined}) {
  const sheet = useMemo(() => mapsSheet(maps), [maps]);
  return (
    <WithTable sheet={sheet}>
      <MapTiles maps={maps} probe={probe} />
    </WithTable>
  );
}

/** The range of each map: one row for each sample and channel. */
function mapsSheet(maps: Maps): Sheet {
  const [samples, channels] = maps.shape;
  const pixels = maps.codes.length / Math.max(1, samples * channels);
  return {
    title: `Maps of ${maps.name} at step ${maps.step}`,
    columns: ['sample', 'channel', 'smallest', 'largest', 'not finite'],
    rows: samples * channels,
    cell: (tile, column) => {
      const codes = maps.codes.subarray(tile * pixels, (tile + 1) * pixels);
      const finite = codes.filter((code) => code !== 255);
      const at = (pick: (a: number, b: number) => number) =>
        finite.length ? tileValue(maps, tile, finite.reduce(pick)) : NaN;
      return [
        Math.floor(tile / channels),
        maps.channels[tile % channels],
        at((a, b) => Math.min(a, b)),
        at((a, b) => Math.max(a, b)),
        codes.length - finite.length,
      ][column];
    },
  };
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
  return (
    <div class="view-bar">
      <SiteSelect names={index.names} value={site} testId="maps-layer" />
      <Choice
        label="Colour range"
        testId="range"
        value={range.value}
        options={[
          ['map', 'Range per map', 'Each map spans the colours on its own'],
          ['shared', 'Shared', 'One range for all maps of the layer: magnitudes compare'],
        ]}
        onChange={(next) => (range.value = next)}
      />
      <Select
        label="Colours"
        value={colours.value}
        options={SEQUENTIAL.map((name) => [name, name])}
        onChange={(next) => (colours.value = next)}
      />
      {maps && <ShapeNote maps={maps} />}
      <span class="spring" />
      {maps && <RangeLegend maps={maps} gradient={cssGradient(colours.value, host.theme.value)} />}
      {maps && <Snapshot maps={maps} />}
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

/** Maps are taken less often than statistics: says so whenever they are older than the step. */
function Snapshot({maps}: {maps: Maps}) {
  const step = useSession().step.value;
  const other = step !== undefined && step !== maps.step;
  return (
    <span class={`snapshot ${other ? 'other' : ''}`} data-testid="snapshot" data-value={maps.step}>
      snapshot of step {formatCount(maps.step)}
    </span>
  );
}
