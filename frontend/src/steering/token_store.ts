/** Keeps the token of each run until the browser tab is closed, where the browser allows it. */

const PREFIX = 'keras_inspect.token.';

export function storeToken(run: string, token: string): void {
  try {
    sessionStorage.setItem(PREFIX + run, token);
  } catch {
    // Not allowed here: the token is forgotten when the page is left.
  }
}

/** Empty where none is kept. */
export function storedToken(run: string): string {
  try {
    return sessionStorage.getItem(PREFIX + run) ?? '';
  } catch {
    return '';
  }
}
