/** The selected layer: its values at the shown step, its series, its units. */

import {seriesQuery} from '../api/queries';
import {Pending} from '../components/states';
import {formatCount, formatShape} from '../draw/format';
import type {Layer} from '../state/layers';
import {useResource} from '../state/resource';
import {useSession} from '../state/session';
import {LayerSeries} from './layer_series';
import {LayerUnits} from './layer_units';
import {LayerValues} from './layer_values';

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
  const series = useResource(
    session.client,
    () => session.request((run) => seriesQuery(run, layer.path)),
    session.host.visible,
    [layer.path],
  );
  return (
    <div class="layer-panel" data-testid="layer-panel" data-layer={layer.path}>
      <LayerHeader layer={layer} />
      <Pending loaded={series.state.value} retry={() => series.retry()}>
        {({tables}) => (
          <>
            <LayerValues layer={layer} tables={session.exact.value ?? tables} />
            <LayerSeries layer={layer} tables={tables} />
          </>
        )}
      </Pending>
      <LayerUnits layer={layer} />
    </div>
  );
}

function LayerHeader({layer: {info, path}}: {layer: Layer}) {
  const facts = [
    info.class_name,
    info.activation && info.activation !== 'linear' ? info.activation : '',
    info.output_shape.length ? formatShape(info.output_shape) : '',
    info.parameters ? `${formatCount(info.parameters)} parameters` : '',
    info.trainable ? '' : 'frozen',
  ].filter(Boolean);
  return (
    <header>
      <h2 title={path}>{path}</h2>
      <p>{facts.join(' · ')}</p>
    </header>
  );
}
