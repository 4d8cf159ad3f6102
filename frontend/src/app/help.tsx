/** Keyboard shortcuts: what they do, and the sheet that lists them. */

import {useEffect, useRef} from 'preact/hooks';
import {closeFinding, openNextFinding} from '../state/open_finding';
import {type Session, useSession} from '../state/session';
import {VIEWS} from '../state/view_names';

interface Shortcut {
  readonly keys: string;
  readonly does: string;
  readonly matches: (event: KeyboardEvent) => boolean;
  readonly run: (session: Session, event: KeyboardEvent) => void;
}

const on =
  (key: string, shift = false) =>
  (event: KeyboardEvent) =>
    event.key === key && event.shiftKey === shift;

const SHORTCUTS: readonly Shortcut[] = [
  {
    keys: '←',
    does: 'previous recorded step',
    matches: on('ArrowLeft'),
    run: (session) => session.move(-1),
  },
  {
    keys: '→',
    does: 'next recorded step',
    matches: on('ArrowRight'),
    run: (session) => session.move(1),
  },
  {
    keys: 'Shift ←',
    does: 'ten recorded steps back',
    matches: on('ArrowLeft', true),
    run: (session) => session.move(-10),
  },
  {
    keys: 'Shift →',
    does: 'ten recorded steps on',
    matches: on('ArrowRight', true),
    run: (session) => session.move(10),
  },
  {keys: 'Home', does: 'first step', matches: on('Home'), run: (session) => session.goTo(-1)},
  {
    keys: 'End',
    does: 'latest step, and follow it',
    matches: on('End'),
    run: (session) => session.followLatest(),
  },
  {
    keys: 'Space',
    does: 'play or pause',
    matches: on(' '),
    run: (session) => session.player.toggle(),
  },
  {
    keys: '↑',
    does: 'previous layer',
    matches: on('ArrowUp'),
    run: (session) => session.moveLayer(-1),
  },
  {
    keys: '↓',
    does: 'next layer',
    matches: on('ArrowDown'),
    run: (session) => session.moveLayer(1),
  },
  {
    keys: `1 – ${VIEWS.length}`,
    does: 'the views, from left to right',
    matches: (event) => VIEWS[Number(event.key) - 1] !== undefined,
    run: (session, event) => (session.settings.view.value = VIEWS[Number(event.key) - 1]),
  },
  {
    keys: 't',
    does: 'numbers as a table, or as a picture',
    matches: on('t'),
    run: ({settings: {asTable}}) => (asTable.value = asTable.peek() === 'yes' ? 'no' : 'yes'),
  },
  {keys: 'f', does: 'next finding', matches: on('f'), run: openNextFinding},
  {keys: 'Esc', does: 'close the finding', matches: on('Escape'), run: closeFinding},
  {
    keys: '/',
    does: 'filter layers',
    matches: on('/'),
    run: () => document.querySelector<HTMLElement>('.filter')?.focus(),
  },
  {
    keys: '?',
    does: 'this sheet',
    matches: (event) => event.key === '?',
    run: (session) => (session.helpOpen.value = true),
  },
];

const TYPING = 'input, select, textarea, [contenteditable]';

/** Runs the shortcut of a key press, unless the press is meant for a control. */
export function shortcut(session: Session, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target as Element | null;
  if (target?.closest(TYPING)) return;
  if (event.key === ' ' && target?.closest('button')) return;
  if (session.helpOpen.peek()) return;
  const found = SHORTCUTS.find((candidate) => candidate.matches(event));
  if (!found) return;
  event.preventDefault();
  found.run(session, event);
}

export function HelpSheet() {
  const session = useSession();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog
      ref={ref}
      class="help"
      aria-label="Keyboard shortcuts"
      onClose={() => (session.helpOpen.value = false)}
      onClick={(event) => {
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      <h2>Keyboard shortcuts</h2>
      <dl>
        {SHORTCUTS.map(({keys, does}) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <button class="button" onClick={() => ref.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
