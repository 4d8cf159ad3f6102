/** What pauses the run: a list, and a form that adds to it. */

import {useSignal} from '@preact/signals';
import {IconButton, Select} from '../components/controls';
import {PROBLEMS} from '../catalog';
import {useSession} from '../state/session';
import {Decimal, Row} from './command_controls';
import type {TrainingState} from './control_types';
import {steeringOf} from './steering';

const KINDS = [
  ['nonfinite', 'NaN or infinity'],
  ['finding', 'finding'],
  ['statistic', 'shown number'],
  ['step', 'step'],
] as const;

/** Of the number that the view of a layer shows over time: its kind, statistic and row. */
export function Breakpoints({training}: {training: TrainingState}) {
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
