/** The selected layer's values in the runs that it is compared with. */

import {modelQuery, seriesQuery} from '../api/queries';
import type {RunInfo} from '../api/types';
import type {Layer} from '../data/layers';
import {requestAbout, useLoaded, useSession} from '../state/session';
import {LayerValues} from './layer_values';

export function LayerOthers({layer}: {layer: Layer}) {
  const {compared} = useSession();
  return (
    <>
      {compared.runs.value.map((run) => (
        <OtherRun key={run.name} run={run} layer={layer} />
      ))}
    </>
  );
}

function OtherRun({run, layer}: {run: RunInfo; layer: Layer}) {
  const session = useSession();
  const {name} = run;
  const shown = () => session.compared.runs.value.find((each) => each.name === name);
  const model = useLoaded(() => requestAbout(shown(), modelQuery));
  const loaded = useLoaded(() => {
    const path = session.layer.value?.path;
    const layers = model.state.value.data?.layers ?? [];
    if (path === undefined || !layers.some((each) => each.path === path)) return undefined;
    return requestAbout(shown(), (of) => seriesQuery(of, path));
  });
  const {data} = loaded.state.value;
  const known = model.state.value.data;
  return (
    <section class="layer-other" data-testid="layer-other" data-run={name}>
      <h3>{name}</h3>
      {known && !known.layers.some((each) => each.path === layer.path) && (
        <p class="quiet">has no layer of this name</p>
      )}
      {data?.layer === layer.path && <LayerValues layer={layer} tables={data.tables} />}
    </section>
  );
}
