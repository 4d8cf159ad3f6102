/** Something that opens below a button, and closes with Escape or a click elsewhere. */

import {type Signal, useSignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

interface Menu {
  readonly open: Signal<boolean>;
  /** For the element around both the button and what it opens. */
  readonly around: {
    readonly ref: RefObject<HTMLDivElement | null>;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

export function useMenu(): Menu {
  const open = useSignal(false);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      if (!ref.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') open.value = false;
  };
  return {open, around: {ref, onKeyDown}};
}
