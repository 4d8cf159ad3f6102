/** What pauses the run: a list, and a form that adds to it. */

import {useSignal} from '@preact/signals';
import {CloseButton, Select} from '../components/controls';
import {PROBLEMS} from '../catalog';
import {rowsOf} from '../data/layers';
import {useSession} from '../state/session';
import {DecimalField, Row} from './command_controls';
import type {Breakpoint} from './control_types';
import {steeringOf} from './steering';

const BREAK_KINDS = [
  ['nonfinite', 'NaN or infinity'],
  ['finding', 'finding'],
  ['statistic', 'shown number'],
  ['step', 'step'],
] as const;

/** One on a statistic takes the number that Over time shows: its kind, statistic and row. */
export function Breakpoints({breakpoints}: {breakpoints: readonly Breakpoint[]}) {
  const session = useSession();
  const steering = steeringOf(session);
  const {settings, layer} = session;
  const kind = useSignal<(typeof BREAK_KINDS)[number][0]>('nonfinite');
  const problem = useSignal('exploding_gradient');
  const text = useSignal('');
  const side = useSignal<'above' | 'below'>('above');
  const table = settings.kind.value;
  const rows = rowsOf(layer.value, table);
  const tensor = settings.tensor.value;
  const name = rows.includes(tensor) ? tensor : (rows[0] ?? '');
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
      {breakpoints.map((item) => (
        <span key={item.number} class="breakpoint" data-testid="breakpoint">
          {item.text}
          <CloseButton
            label={`Remove: ${item.text}`}
            onClick={() => void steering.send('remove_breakpoint', {breakpoint: item.number})}
          />
        </span>
      ))}
      <Select
        label="Pause at"
        value={kind.value}
        options={BREAK_KINDS}
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
        <DecimalField
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
        <span class="quiet" title="Every step is sampled, and the weights are copied before it">
          the step is undone; slows training down
        </span>
      )}
    </Row>
  );
}
