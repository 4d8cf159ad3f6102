/** Form controls. */

import type {ComponentChildren} from 'preact';

interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
  readonly testId?: string;
  /** Whether the label is visible rather than only for screen readers. */
  readonly visibleLabel?: boolean;
}

export function Select<T extends string>(props: SelectProps<T>) {
  const {label, value, options, onChange, testId, visibleLabel} = props;
  return (
    <label class="field">
      {visibleLabel && <span>{label}</span>}
      <select
        aria-label={label}
        title={label}
        value={value}
        data-testid={testId}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string, string?])[];
  readonly onChange: (value: T) => void;
  readonly testId?: string;
}

/** Exclusive choices side by side; the third element of an option is its tooltip. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const {label, value, options, onChange, testId} = props;
  return (
    <div class="choice" role="group" aria-label={label} data-testid={testId}>
      {options.map(([key, text, title]) => (
        <button
          key={key}
          type="button"
          title={title}
          aria-pressed={key === value}
          onClick={() => onChange(key)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly pressed?: boolean;
  /** Of a button that opens something. */
  readonly expanded?: boolean;
  readonly testId?: string;
  readonly disabled?: boolean;
}

export function IconButton(props: IconButtonProps) {
  const {label, onClick, children, pressed, expanded, testId, disabled} = props;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      data-testid={testId}
      disabled={disabled}
      onClick={onClick}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor" aria-hidden="true">
        {children}
      </svg>
    </button>
  );
}

interface CloseButtonProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly testId?: string;
}

export function CloseButton(props: CloseButtonProps) {
  return (
    <IconButton {...props}>
      <path d="M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" />
    </IconButton>
  );
}
