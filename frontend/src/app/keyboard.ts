/** Keyboard shortcuts: which keys do what. */

import {closeFinding, openNextFinding} from '../state/open_finding';
import type {Session} from '../state/session';
import {VIEWS} from '../views';

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

export const SHORTCUTS: readonly Shortcut[] = [
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
    does: 'ten recorded steps forward',
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
  ...VIEWS.map(({name, title, help}, place) => {
    const keys = place < 10 ? String(place) : name[0]; // there are ten digits
    return {
      keys,
      does: `${title}: ${help}`,
      matches: ({key}: KeyboardEvent) => key === keys,
      run: ({settings}: Session) => (settings.view.value = name),
    };
  }),
  {
    keys: 't',
    does: 'show numbers as a table, or as a plot',
    matches: on('t'),
    run: ({settings: {asTable}}) => (asTable.value = asTable.peek() === 'yes' ? 'no' : 'yes'),
  },
  {keys: 'f', does: 'next finding', matches: on('f'), run: openNextFinding},
  {keys: 'Esc', does: 'close the finding', matches: on('Escape'), run: closeFinding},
  {
    keys: '/',
    does: 'filter layers, or search runs',
    matches: on('/'),
    run: () => document.querySelector<HTMLElement>('.filter')?.focus(),
  },
  {
    keys: '?',
    does: 'show this list',
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
