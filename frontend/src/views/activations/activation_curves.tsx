/** The activation functions in use, and where on their curves the layers sit. */

import {useMemo} from 'preact/hooks';
import type {ActivationFunctions} from '../../api/types';
import {Pending} from '../../components/states';
import {layerOfRow} from '../../data/layers';
import type {Sheet} from '../../data/sheet';
import {FLAT_DEFINITION, FunctionCard} from '../../samples/function_card';
import {SnapshotNote} from '../../samples/snapshot_note';
import {useFunctions} from '../../samples/use_pictures';
import {useSession} from '../../state/session';
import {WithTable} from '../../tables/with_table';

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
    columns: ['name', 'function', 'lowest', 'highest', 'flat fraction', 'not finite'],
    rows: functions.length,
    cell: (row, column) => {
      const {name, function: called, low, high, flat_fraction, nonfinite} = functions[row];
      return [name, called, low, high, flat_fraction ?? undefined, nonfinite][column];
    },
  };
}
