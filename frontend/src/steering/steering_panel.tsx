/** All commands to a running training, and what is looked at while it is paused. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {IconButton, Select} from '../components/controls';
import {InputPicture} from '../samples/probe_sample';
import {formatCount, formatNumber} from '../draw/format';
import {type BatchLook, type ControlAnswer, type TrainingState, steeringOf} from './steering';
import {PROBLEMS} from '../data/findings';
import {useSession} from '../state/session';
import {MapTiles} from '../samples/map_tiles';

export function ControlPanel() {
  const steering = steeringOf(useSession());
  const ref = useRef<HTMLElement>(null);
  const open = steering.open.value;
  useEffect(() => {
    if (open) ref.current?.focus({preventScroll: true});
  }, [open]);
  if (!open) return null;
  const {answer, training, message, busy} = steering;
  return (
    <section
      class="finding-panel steer"
      ref={ref}
      tabIndex={-1}
      aria-label="Steer the training"
      aria-busy={busy.value !== ''}
      data-testid="control-panel"
    >
      <header>
        <h2>Steer the training</h2>
        <IconButton label="Close" onClick={() => (steering.open.value = false)}>
          <path d="M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" />
        </IconButton>
      </header>
      {message.value && (
        <p
          role="status"
          class={message.value.bad ? 'alarm' : 'quiet'}
          data-testid="control-message"
        >
          {message.value.text}
        </p>
      )}
      {!training.value || !answer.value?.enabled ? (
        <p class="quiet" data-testid="control-why">
          {whyNot(answer.value)}
        </p>
      ) : steering.token.value ? (
        <Controls training={training.value} />
      ) : (
        <TokenField />
      )}
    </section>
  );
}

function whyNot(answer: ControlAnswer | undefined): string {
  if (answer?.why) return answer.why;
  if (answer?.state?.status === 'ended') return 'The training has ended.';
  return 'The training says nothing any more: its process is dead or stopped.';
}

function TokenField() {
  const steering = steeringOf(useSession());
  const text = useSignal('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        steering.setToken(text.value);
      }}
    >
      <p class="quiet">
        Each command carries the training’s token. It is on the console of the training, and in{' '}
        <code>keras_inspect_control/token</code> of the run’s directory. It is kept until this
        browser tab is closed.
      </p>
      <Row label="Token">
        <input
          type="password"
          autocomplete="off"
          aria-label="Token"
          data-testid="token"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={!text.value} data-testid="use-token">
          Use
        </button>
      </Row>
    </form>
  );
}

function Controls({training}: {training: TrainingState}) {
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

function Row({label, children}: {label: string; children: ComponentChildren}) {
  return (
    <div class="steer-row">
      <span class="quiet">{label}</span>
      <div>{children}</div>
    </div>
  );
}

interface DoProps {
  readonly command: string;
  readonly given?: Record<string, unknown>;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A button for a command. */
function Do({command, given, title, children}: DoProps) {
  const steering = steeringOf(useSession());
  const looks = command.startsWith('look');
  return (
    <button
      type="button"
      class="button"
      title={title}
      disabled={steering.busy.value !== ''}
      data-testid={`do-${command}`}
      onClick={() => void (looks ? steering.lookAt(command, given) : steering.send(command, given))}
    >
      {children}
    </button>
  );
}

interface DecimalProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly testId?: string;
}

/** A field for a number of any size, such as 1e-4. */
function Decimal({label, value, set, testId}: DecimalProps) {
  return (
    <input
      type="text"
      inputMode="decimal"
      aria-label={label}
      value={value}
      data-testid={testId}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
}

interface NumberProps {
  readonly command: string;
  readonly name: string;
  readonly unit: string;
  readonly initial: string;
}

/** A number and the button that sends it. */
function NumberField({command, name, unit, initial}: NumberProps) {
  const steering = steeringOf(useSession());
  const text = useSignal<string | undefined>(undefined);
  const value = text.value ?? initial;
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        void steering.send(command, {[name]: Number(value)});
        text.value = undefined;
      }}
    >
      <Decimal
        label={`${unit}: ${name}`}
        value={value}
        testId={`${command}-${name}`}
        set={(next) => (text.value = next)}
      />
      <button
        type="submit"
        class="button"
        disabled={steering.busy.value !== '' || !Number.isFinite(Number(value)) || !value.trim()}
        data-testid={`do-${command}`}
      >
        {unit}
      </button>
    </form>
  );
}

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

const KINDS = [
  ['nonfinite', 'NaN or infinity'],
  ['finding', 'finding'],
  ['statistic', 'shown number'],
  ['step', 'step'],
] as const;

/** Of the number that the view of a layer shows over time: its kind, statistic and row. */
function Breakpoints({training}: {training: TrainingState}) {
  const session = useSession();
  const steering = steeringOf(session);
  const {settings, layer} = session;
  const kind = useSignal<(typeof KINDS)[number][0]>('nonfinite');
  const problem = useSignal('exploding_gradient');
  const text = useSignal('');
  const side = useSignal<'above' | 'below'>('above');
  const table = settings.kind.value;
  const rows =
    table === 'activation'
      ? layer.value?.sites.map(({name}) => name)
      : layer.value?.variables.map(({path}) => path);
  const tensor = settings.tensor.value;
  const name = rows?.includes(tensor) ? tensor : (rows?.[0] ?? '');
  const statistic = settings.statistic.value;
  const number = Number(text.value);
  const add = () => {
    if (kind.value === 'nonfinite') return steering.send('break_on_nonfinite');
    if (kind.value === 'finding')
      return steering.send('break_on_finding', {problem: problem.value});
    if (kind.value === 'step') return steering.send('break_at_step', {step: number});
    const given = {table, name, statistic, side: side.value, value: number};
    return steering.send('break_on_statistic', given);
  };
  const needsNumber = kind.value === 'step' || kind.value === 'statistic';
  return (
    <Row label="Pause at">
      {training.breakpoints.map((item) => (
        <span key={item.number} class="breakpoint" data-testid="breakpoint">
          {item.text}
          <IconButton
            label={`Remove: ${item.text}`}
            onClick={() => void steering.send('remove_breakpoint', {breakpoint: item.number})}
          >
            <path d="M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" />
          </IconButton>
        </span>
      ))}
      <Select
        label="Pause at"
        value={kind.value}
        options={KINDS}
        onChange={(next) => (kind.value = next)}
        testId="break-kind"
      />
      {kind.value === 'finding' && (
        <Select
          label="Problem"
          value={problem.value}
          options={Object.entries(PROBLEMS)}
          onChange={(next) => (problem.value = next)}
          testId="break-problem"
        />
      )}
      {kind.value === 'statistic' && (
        <>
          <span class="quiet">
            {table} {statistic} of {name}
          </span>
          <Select
            label="Side"
            value={side.value}
            options={[
              ['above', 'above'],
              ['below', 'below'],
            ]}
            onChange={(next) => (side.value = next)}
          />
        </>
      )}
      {needsNumber && (
        <Decimal
          label="Value"
          value={text.value}
          testId="break-value"
          set={(next) => (text.value = next)}
        />
      )}
      <button
        type="button"
        class="button"
        disabled={steering.busy.value !== '' || (needsNumber && !text.value.trim())}
        data-testid="add-breakpoint"
        onClick={() => void add()}
      >
        Add
      </button>
      {kind.value === 'nonfinite' && (
        <span class="quiet" title="Every step is sampled, and its weights are copied before it">
          the step is taken back; costs time
        </span>
      )}
    </Row>
  );
}

const SIDE = 56; // CSS pixels of a sample

function Looked() {
  const look = steeringOf(useSession()).look.value;
  if (!look) return null;
  if ('batch' in look) return <BatchPicture look={look.batch} step={look.step} />;
  return (
    <div class="looked" data-testid="looked-maps" data-name={look.maps.name}>
      <p class="quiet">
        {look.text}, for the batch of step {formatCount(look.step)}
      </p>
      <div class="looked-maps">
        <MapTiles maps={look.maps} probe={undefined} predictions={undefined} />
      </div>
    </div>
  );
}

function BatchPicture({look, step}: {look: BatchLook; step: number}) {
  const {probe, samples, losses} = look;
  const finite = losses?.filter(Number.isFinite) ?? [];
  const mean = finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
  const bad = (losses?.length ?? 0) - finite.length;
  return (
    <div class="looked" data-testid="looked-batch">
      <p class="quiet">
        The batch of step {formatCount(step)}: {look.size} samples
        {losses ? `, mean loss ${formatNumber(mean)}; largest first` : `; no losses: ${look.note}`}
        {bad > 0 && <b class="alarm"> · {bad} not finite</b>}
      </p>
      <ul>
        {samples.map((sample, place) => {
          const loss = losses?.[sample];
          const label = probe.labels?.data.subarray(
            place * probe.labels.width,
            Math.min(place + 1, samples.length) * probe.labels.width,
          );
          return (
            <li key={sample} data-testid="batch-sample" data-loss={loss}>
              {probe.inputs.map((stack) => (
                <InputPicture key={stack.name} stack={stack} sample={place} side={SIDE} />
              ))}
              {loss !== undefined && (
                <b class={Number.isFinite(loss) ? '' : 'alarm'}>{formatNumber(loss)}</b>
              )}
              <span class="quiet">
                #{sample}
                {label && `, label ${[...label].slice(0, 2).map(formatNumber).join(', ')}`}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
