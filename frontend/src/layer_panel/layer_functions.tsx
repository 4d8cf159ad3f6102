/** The activation functions of the selected layer. */

import type {Layer} from '../data/layers';
import {FLAT_DEFINITION, FunctionCard} from '../samples/function_card';
import {SnapshotNote} from '../samples/snapshot_note';
import {useFunctions} from '../samples/use_pictures';
/** In the panel of a layer: its own functions. */
export function LayerFunctions({layer}: {layer: Layer}) {
  const functions = useFunctions();
  const names = layer.sites.map(({name}) => name);
  const own = functions.data?.functions.filter(({name}) => names.includes(name)) ?? [];
  if (!own.length || !functions.data) return null;
  return (
    <section class="track layer-functions">
      <header>
        <h3 title={FLAT_DEFINITION}>Activation function</h3>
        <span class="spring" />
        <SnapshotNote of={functions.data.step} />
      </header>
      {own.map((activation) => (
        <FunctionCard key={activation.name} activation={activation} />
      ))}
    </section>
  );
}
