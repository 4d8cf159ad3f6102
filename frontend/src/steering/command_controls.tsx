/** Buttons and fields that send a command. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {steeringOf} from './steering';
import {useSession} from '../state/session';

export function Row({label, children}: {label: string; children: ComponentChildren}) {
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
export function Do({command, given, title, children}: DoProps) {
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
export function Decimal({label, value, set, testId}: DecimalProps) {
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
export function NumberField({command, name, unit, initial}: NumberProps) {
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
