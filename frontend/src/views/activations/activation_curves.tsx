/** The activation functions in use, and where on their curves the layers sit. */

import {useMemo} from 'preact/hooks';
import {activationFunctionsQuery} from '../../api/pictures';
import type {ActivationFunctions} from '../../api/types';
import {FLAT_DEFINITION, FunctionCard} from '../../samples/function_card';
import {SnapshotNote} from '../../samples/snapshot_note';
import {Pending} from '../../components/states';
import {WithTable} from '../../components/with_table';
import {type Layer, layerOfRow} from '../../data/layers';
import {type Resource, useResource} from '../../state/resource';
import {useSession} from '../../state/session';
import type {Sheet} from '../../data/sheet';

/** Of the step that is rested on: a moving scrubber asks for nothing. */
export function useFunctions(): Resource<ActivationFunctions> {
  const session = useSession();
  return useResource(
    session.client,
    () => {
      const step = session.restUntil.value;
      if (step === undefined || !session.has('activation_function')) return undefined;
      return session.request((run) => activationFunctionsQuery(run, step));
    },
    session.host.visible,
  );
}

export function ActivationCurves() {
  const functions = useFunctions();
  return (
    <Pending loaded={functions.state.value} retry={() => functions.retry()} class="maps-pending">
      {(data) => <Curves answer={data} />}
    </Pending>
  );
}

function Curves({answer}: {answer: ActivationFunctions}) {
  const session = useSession();
  const {matches} = session.filter.value;
  const shown = answer.functions.filter(({name}) => matches(name));
  const sheet = useMemo(() => sheetOf(answer), [answer]);
  return (
    <>
      <div class="view-bar">
        <span class="quiet">
          curve over the pre-activations of the probe samples, their histogram below
        </span>
        <span
          class="info"
          title={FLAT_DEFINITION}
          tabIndex={0}
          role="note"
          aria-label={FLAT_DEFINITION}
        >
          i
        </span>
        <span class="spring" />
        <SnapshotNote of={answer.step} />
      </div>
      <WithTable sheet={sheet}>
        <div class="function-cards" tabIndex={0}>
          {shown.map((activation) => {
            const owner = layerOfRow(session.layers.value, activation.name);
            return (
              <FunctionCard
                key={activation.name}
                activation={activation}
                selected={owner !== undefined && owner === session.layer.value}
                {...(owner && {onPick: () => (session.settings.layer.value = owner.path)})}
              />
            );
          })}
          {!shown.length && <p class="quiet">No activation function matches the filter.</p>}
        </div>
      </WithTable>
    </>
  );
}

function sheetOf({step, functions}: ActivationFunctions): Sheet {
  return {
    title: `Activation functions at step ${step}`,
    columns: ['name', 'function', 'lowest', 'highest', 'flat share', 'not finite'],
    rows: functions.length,
    cell: (row, column) => {
      const {name, function: called, low, high, flat_fraction, nonfinite} = functions[row];
      return [name, called, low, high, flat_fraction ?? undefined, nonfinite][column];
    },
  };
}

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
