/** The commands to a run, by what they change. */

import {useSignal} from '@preact/signals';
import {Select} from '../components/controls';
import {formatCount} from '../draw/format';
import {useSession} from '../state/session';
import {Breakpoints} from './breakpoints';
import {CommandButton, DecimalField, NumberCommand, Row} from './command_controls';
import type {RunState} from './control_types';
import {InspectionView} from './inspection';

export function RunControls({state}: {state: RunState}) {
  const session = useSession();
  const paused = state.status === 'paused';
  const layer = session.layer.value;
  const path = layer?.path ?? '';
  const frozen = state.frozen.includes(path);
  const own = layer?.variables.map((variable) => variable.path) ?? [];
  const chosen = session.settings.tensor.value;
  const variable = own.includes(chosen) ? chosen : own[0];
  return (
    <>
      <p data-testid="control-status">
        {paused ? (
          <>
            Paused before step <b>{formatCount(state.step)}</b>: {state.why}.
          </>
        ) : (
          <>
            Running, at step <b>{formatCount(state.step)}</b>, epoch {state.epoch + 1}.
          </>
        )}
      </p>
      <Row label="Run">
        {paused ? (
          <CommandButton command="resume">{state.may_retry ? 'Skip step' : 'Resume'}</CommandButton>
        ) : (
          <CommandButton command="pause">Pause</CommandButton>
        )}
        {state.may_retry && (
          <CommandButton command="resume" given={{retry: true}}>
            Retry step
          </CommandButton>
        )}
        <NumberCommand command="step" name="count" initial="10">
          Run steps
        </NumberCommand>
        <CommandButton command="run_to_epoch_end">To end of epoch</CommandButton>
        <CommandButton command="stop">Stop</CommandButton>
        <CommandButton command="skip_batch">Skip batch</CommandButton>
        <NumberCommand command="rewind" name="count" initial="100">
          Rewind steps
        </NumberCommand>
      </Row>
      <Row label="Learning rate">
        <NumberCommand
          command="set_learning_rate"
          name="value"
          initial={formatPlain(state.learning_rate)}
        >
          Set
        </NumberCommand>
        {[0.1, 0.5, 2].map((factor) => (
          <CommandButton key={factor} command="scale_learning_rate" given={{factor}}>
            ×{factor}
          </CommandButton>
        ))}
        <CommandButton command="measure" given={{what: 'critical_rate'}}>
          Measure critical
        </CommandButton>
        {state.learning_rate_source === 'override' && (
          <CommandButton command="use_schedule">Use schedule</CommandButton>
        )}
        {state.learning_rate_source && state.learning_rate_source !== 'variable' && (
          <span class="quiet">
            {state.learning_rate_source === 'override'
              ? 'overrides the schedule'
              : 'from a schedule; setting it overrides the schedule and retraces the step'}
          </span>
        )}
      </Row>
      <Clipping key={JSON.stringify(state.clipping)} state={state} />
      <Row label="Layer">
        <CommandButton command={frozen ? 'unfreeze' : 'freeze'} given={{layers: [path]}}>
          {frozen ? 'Unfreeze' : 'Freeze'} {path}
        </CommandButton>
        <CommandButton command="revive" given={{layer: path}}>
          Revive dead units
        </CommandButton>
        <span class="quiet">
          {state.frozen.length ? `frozen: ${state.frozen.join(', ')}` : 'retraces the step'}
        </span>
      </Row>
      <Row label="Record">
        <CommandButton command="sample_now">Sample</CommandButton>
        <CommandButton command="snapshot_now">Snapshot</CommandButton>
        <CommandButton command="save_checkpoint">Checkpoint</CommandButton>
        <NumberCommand
          command="set_sampling_interval"
          name="every"
          initial={state.every === 'auto' ? '' : String(state.every)}
        >
          Sample every
        </NumberCommand>
      </Row>
      <Breakpoints breakpoints={state.breakpoints} />
      {paused && (
        <Row label="Inspect">
          <CommandButton command="look_at_batch">Batch</CommandButton>
          <CommandButton command="look_at_activations" given={{layer: path}}>
            Output of {path}
          </CommandButton>
          {variable !== undefined && (
            <CommandButton command="look_at_gradient" given={{variable}}>
              Gradient with respect to {variable}
            </CommandButton>
          )}
        </Row>
      )}
      <InspectionView />
    </>
  );
}

const formatPlain = (value: number | null | undefined) =>
  value === null || value === undefined ? '' : String(Number(value.toPrecision(4)));

const CLIPPING = [
  ['off', 'off'],
  ['clipnorm', 'norm of each'],
  ['global_clipnorm', 'global norm'],
  ['clipvalue', 'value'],
] as const;
type ClippingKind = (typeof CLIPPING)[number][0];

function Clipping({state}: {state: RunState}) {
  const kind = useSignal((state.clipping?.kind ?? 'off') as ClippingKind);
  const value = useSignal(String(state.clipping?.value ?? 1));
  const given = {kind: kind.value, ...(kind.value !== 'off' && {value: Number(value.value)})};
  return (
    <Row label="Clipping">
      <Select
        label="Clipping"
        value={kind.value}
        options={CLIPPING}
        onChange={(next) => (kind.value = next)}
        testId="clipping"
      />
      {kind.value !== 'off' && (
        <DecimalField label="Limit" value={value.value} set={(next) => (value.value = next)} />
      )}
      <CommandButton command="set_clipping" given={given}>
        Set
      </CommandButton>
      <span class="quiet">retraces the step</span>
    </Row>
  );
}
