/** All commands to a running training. */

import {useSignal} from '@preact/signals';
import {Select} from '../components/controls';
import {formatCount} from '../draw/format';
import {useSession} from '../state/session';
import {Breakpoints} from './breakpoints';
import {Decimal, Do, NumberField, Row} from './command_controls';
import type {TrainingState} from './control_types';
import {Looked} from './inspection';

export function Controls({training}: {training: TrainingState}) {
  const session = useSession();
  const paused = training.status === 'paused';
  const layer = session.layer.value;
  const path = layer?.path ?? '';
  const frozen = training.frozen.includes(path);
  const own = layer?.variables.map((variable) => variable.path) ?? [];
  const chosen = session.settings.tensor.value;
  const variable = own.includes(chosen) ? chosen : own[0];
  return (
    <>
      <p data-testid="control-status">
        {paused ? (
          <>
            Paused before step <b>{formatCount(training.step)}</b>: {training.why}.
          </>
        ) : (
          <>
            Running, at step <b>{formatCount(training.step)}</b>, epoch {training.epoch + 1}.
          </>
        )}
      </p>
      <Row label="Run">
        {paused ? (
          <Do command="resume">{training.may_retry ? 'Skip step' : 'Resume'}</Do>
        ) : (
          <Do command="pause">Pause</Do>
        )}
        {training.may_retry && (
          <Do command="resume" given={{retry: true}}>
            Retry step
          </Do>
        )}
        <NumberField command="step" name="count" unit="Run steps" initial="10" />
        <Do command="run_to_epoch_end">To epoch’s end</Do>
        <Do command="stop" title="End the training after the next step">
          Stop
        </Do>
      </Row>
      <Row label="Learning rate">
        <NumberField
          command="set_learning_rate"
          name="value"
          unit="Set"
          initial={formatPlain(training.learning_rate ?? undefined)}
        />
        {[0.1, 0.5, 2].map((factor) => (
          <Do key={factor} command="scale_learning_rate" given={{factor}}>
            ×{factor}
          </Do>
        ))}
        {training.learning_rate_source === 'override' && (
          <Do command="use_schedule">Use schedule</Do>
        )}
        {training.learning_rate_source !== 'variable' && (
          <span class="quiet">
            {training.learning_rate_source === 'override'
              ? 'overrides the schedule'
              : 'of a schedule; setting it overrides that, with a re-trace'}
          </span>
        )}
      </Row>
      <Clipping key={JSON.stringify(training.clipping)} training={training} />
      <Row label="Layer">
        <Do command={frozen ? 'unfreeze' : 'freeze'} given={{layers: [path]}}>
          {frozen ? 'Unfreeze' : 'Freeze'} {path}
        </Do>
        <span class="quiet">
          {training.frozen.length ? `frozen: ${training.frozen.join(', ')}` : 're-traces the step'}
        </span>
      </Row>
      <Row label="Record">
        <Do command="sample_now">Sample</Do>
        <Do command="snapshot_now">Snapshot</Do>
        <Do command="save_checkpoint">Checkpoint</Do>
        <NumberField
          command="set_sampling_interval"
          name="every"
          unit="Sample every"
          initial={training.every === 'auto' ? '' : String(training.every)}
        />
      </Row>
      <Breakpoints training={training} />
      {paused && (
        <Row label="Look at">
          <Do command="look_at_batch">Batch</Do>
          <Do command="look_at_activations" given={{layer: path}}>
            Output of {path}
          </Do>
          {variable !== undefined && (
            <Do command="look_at_gradient" given={{variable}}>
              Gradient by {variable}
            </Do>
          )}
        </Row>
      )}
      <Looked />
    </>
  );
}

const formatPlain = (value = NaN) =>
  Number.isNaN(value) ? '' : String(Number(value.toPrecision(4)));

const CLIPPING = [
  ['off', 'off'],
  ['clipnorm', 'norm of each'],
  ['global_clipnorm', 'global norm'],
  ['clipvalue', 'value'],
] as const;
type ClippingKind = (typeof CLIPPING)[number][0];

function Clipping({training}: {training: TrainingState}) {
  const kind = useSignal((training.clipping?.kind ?? 'off') as ClippingKind);
  const value = useSignal(String(training.clipping?.value ?? 1));
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
        <Decimal label="Limit" value={value.value} set={(next) => (value.value = next)} />
      )}
      <Do command="set_clipping" given={given}>
        Set
      </Do>
      <span class="quiet">re-traces the step</span>
    </Row>
  );
}
