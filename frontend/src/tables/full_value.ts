/** The full number under the pointer, where a table shows few digits, and what is usual. */

let shown: HTMLElement | null = null; // the cell under the pointer

/**
 * Gives the cell under the pointer its value as a title, and keeps it while the value changes.
 *
 * Only that one: a title that changes makes the browser match the cell's style again, and with each
 * step the values of all cells change.
 */
export function showFullValue({target}: Event): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>('td[data-value]') : null;
  if (cell === shown) return;
  watch().disconnect();
  shown = cell;
  write();
  if (cell) watch().observe(cell, {attributeFilter: ['data-value']});
}

let observer: MutationObserver | undefined;
const watch = () => (observer ??= new MutationObserver(write));

function write(): void {
  const value = shown?.dataset.value ?? '';
  const usual = shown?.dataset.usual;
  const range = usual ? `; in healthy runs ${usual}` : '';
  if (shown) shown.title = value === '' ? 'does not apply, or not recorded' : value + range;
}
