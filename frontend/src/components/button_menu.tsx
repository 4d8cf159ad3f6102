/** A button with words that opens a list below it. */

import type {ComponentChildren} from 'preact';
import {useMenu} from './menu';

interface Props {
  readonly label: ComponentChildren;
  readonly title?: string;
  readonly testId: string;
  /** What the list holds, for screen readers. */
  readonly listLabel: string;
  readonly listClass: string;
  /** Makes what the list holds; gets a function that closes it. */
  readonly children: (close: () => void) => ComponentChildren;
}

export function ButtonMenu({label, title, testId, listLabel, listClass, children}: Props) {
  const {open, around} = useMenu();
  return (
    <div class="menu" {...around}>
      <button
        type="button"
        class="button"
        aria-expanded={open.value}
        title={title}
        data-testid={testId}
        onClick={() => (open.value = !open.value)}
      >
        {label}
      </button>
      {open.value && (
        <div class={`menu-items ${listClass}`} role="group" aria-label={listLabel}>
          {children(() => (open.value = false))}
        </div>
      )}
    </div>
  );
}
