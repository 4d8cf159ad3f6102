/** Layers that stay in sight whatever is selected: paths, one a line in the address. Pure. */

export const MOST_PINS = 4; // as many as lines have colours beside the selected one

export const readPins = (pins: string): string[] =>
  pins.split('\n').filter(Boolean).slice(0, MOST_PINS);

/** With a layer pinned, or let go; the newest pins stay where there are too many. */
export function togglePin(pins: string, path: string): string {
  const now = readPins(pins);
  const next = now.includes(path) ? now.filter((each) => each !== path) : [...now, path];
  return next.slice(-MOST_PINS).join('\n');
}
