/** Numbers in full, where a table shows few digits. */

/**
 * Gives the cell under the pointer its value as a title.
 *
 * Only there: a title that changes makes the browser match the cell's style again, and with each step
 * all of them change.
 */
export function showFullValue({target}: Event): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>('td[data-value]') : null;
  if (!cell) return;
  const known = cell.dataset.value !== '';
  cell.title = known ? cell.dataset.value! : 'does not apply, or not recorded';
}
