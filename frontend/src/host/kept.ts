/** What the browser keeps for the tab. Where it may keep nothing, all is forgotten with the page. */

/** Until the browser's tab is closed, or for good. */
export type Duration = 'session' | 'always';

const storage = {session: () => sessionStorage, always: () => localStorage};
const PREFIX = 'keras_inspect.';

/** Empty where nothing is kept. */
export function kept(duration: Duration, name: string): string {
  try {
    return storage[duration]().getItem(PREFIX + name) ?? '';
  } catch {
    return '';
  }
}

/** Keeps a text under a name; an empty one is forgotten. */
export function keep(duration: Duration, name: string, text: string): void {
  try {
    if (text) storage[duration]().setItem(PREFIX + name, text);
    else storage[duration]().removeItem(PREFIX + name);
  } catch {
    // Not allowed here.
  }
}
