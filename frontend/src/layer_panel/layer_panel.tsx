/** The selected layer: its values at the shown step, its series, its units. */

import {seriesQuery} from '../api/queries';
import type {Series} from '../api/types';
import {Pending} from '../components/states';
import type {Layer} from '../data/layers';
import {NAMED_VIEWS} from '../data/named_views';
import {LAYER_KINDS} from '../data/statistics';
import {formatCount, formatShape} from '../draw/format';
import {readPins, togglePin} from '../state/pins';
import {useLoaded, useSession} from '../state/session';
import {LayerFunctions} from './layer_functions';
import {LayerOthers} from './layer_others';
import {LayerPrecision} from './layer_precision';
import {LayerRank} from './layer_rank';
import {LayerSeries} from './layer_series';
import {LayerUnits} from './layer_units';
import {LayerValues} from './layer_values';

const HISTOGRAMS = Object.keys(LAYER_KINDS).map((kind) => `${kind}_histogram`);

export function LayerPanel() {
  const session = useSession();
  const layer = session.layer.value;
  if (layer) return <LayerContent layer={layer} />;
  return (
    <Pending loaded={session.model.state.value} retry={() => session.model.retry()}>
      {() => <p class="quiet units-note">No layers are recorded.</p>}
    </Pending>
  );
}

function LayerContent({layer}: {layer: Layer}) {
  const session = useSession();
  const series = useLoaded(() => {
    const path = session.layer.value?.path;
    return path === undefined ? undefined : session.request((run) => seriesQuery(run, path));
  });
  return (
    <div class="layer-panel" data-testid="layer-panel" data-layer={layer.path}>
      <LayerHeader layer={layer} />
      <Pending loaded={series.state.value} retry={() => series.retry()}>
        {(data) => <LayerNumbers series={data} />}
      </Pending>
      {session.comparing.value && <LayerOthers layer={layer} />}
      {session.view.value !== NAMED_VIEWS.units && <LayerUnits layer={layer} />}
      {session.has('activation_function') && <LayerFunctions layer={layer} />}
      {HISTOGRAMS.some((kind) => session.has(kind)) && <LayerPrecision layer={layer} />}
    </div>
  );
}

/** While those of another layer load, the picture of the one before stays. */
function LayerNumbers({series: {layer: path, tables}}: {series: Series}) {
  const session = useSession();
  const layer = session.layers.value.find((candidate) => candidate.path === path);
  if (!layer) return null;
  return (
    <>
      <LayerValues layer={layer} tables={session.exact.value ?? tables} />
      <LayerSeries layer={layer} tables={tables}>
        {session.has('representation') && <LayerRank layer={layer} />}
      </LayerSeries>
    </>
  );
}

function LayerHeader({layer: {info, path}}: {layer: Layer}) {
  const {pins} = useSession().settings;
  const facts = [
    info.class_name,
    info.activation && info.activation !== 'linear' ? info.activation : '',
    info.output_shape.length ? formatShape(info.output_shape) : '',
    info.parameters ? `${formatCount(info.parameters)} parameters` : '',
    info.trainable ? '' : 'frozen',
  ].filter(Boolean);
  return (
    <header>
      <div class="layer-title">
        <h2 title={path}>{path}</h2>
        <button
          type="button"
          class="button"
          aria-pressed={readPins(pins.value).includes(path)}
          title="A pinned layer keeps its line in Over time, whatever is selected"
          data-testid="pin"
          onClick={() => (pins.value = togglePin(pins.peek(), path))}
        >
          {readPins(pins.value).includes(path) ? 'Pinned' : 'Pin'}
        </button>
      </div>
      <p>{facts.join(' · ')}</p>
    </header>
  );
}
