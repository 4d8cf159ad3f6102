/** Buttons and fields that send a command. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {type CommandName, COMMANDS} from '../catalog';
import {useSession} from '../state/session';
import type {CommandArguments} from './control_types';
import {steeringOf} from './steering';

export function Row({label, children}: {label: string; children: ComponentChildren}) {
  return (
    <div class="steer-row">
      <span class="quiet">{label}</span>
      <div>{children}</div>
    </div>
  );
}

interface CommandButtonProps {
  readonly command: CommandName;
  readonly given?: CommandArguments;
  readonly children: ComponentChildren;
}

export function CommandButton({command, given, children}: CommandButtonProps) {
  const steering = steeringOf(useSession());
  const {title} = COMMANDS[command];
  return (
    <button
      type="button"
      class="button"
      title={title}
      disabled={steering.busy.value !== ''}
      data-testid={`do-${command}`}
      onClick={() => void steering.carryOut(command, given)}
    >
      {children}
    </button>
  );
}

interface DecimalFieldProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly testId?: string;
}

/** A field for a number of any size, such as 1e-4. */
export function DecimalField({label, value, set, testId}: DecimalFieldProps) {
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

interface NumberCommandProps {
  readonly command: CommandName;
  /** The argument that takes the number. */
  readonly name: string;
  readonly initial: string;
  /** On the button. */
  readonly children: string;
}

/** A number and the button that sends it. */
export function NumberCommand({command, name, initial, children: label}: NumberCommandProps) {
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
      <DecimalField
        label={`${label}: ${name}`}
        value={value}
        testId={`${command}-${name}`}
        set={(next) => (text.value = next)}
      />
      <button
        type="submit"
        class="button"
        title={COMMANDS[command].title}
        disabled={steering.busy.value !== '' || !Number.isFinite(Number(value)) || !value.trim()}
        data-testid={`do-${command}`}
      >
        {label}
      </button>
    </form>
  );
}
