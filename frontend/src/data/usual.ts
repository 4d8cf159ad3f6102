/** What numbers are in healthy runs, and which ones are not. Pure. */

import {USUAL, type UsualRange} from '../catalog';

/**
 * The usual range of a statistic, if one is known.
 *
 * Args:
 *   key: `<kind>.<statistic>`.
 *   variables: The variable, or those of the layer, that the number is of.
 */
export function usualOf(key: string, variables: readonly string[] = []): UsualRange | undefined {
  const range = Object.hasOwn(USUAL, key) ? USUAL[key] : undefined;
  const holds = !range?.variables || variables.some((path) => path.endsWith(range.variables));
  return holds ? range : undefined;
}

/** Whether a number lies outside; one that is not finite is marked as such elsewhere. */
export const isUnusual = (range: UsualRange | undefined, value: number | undefined): boolean =>
  range !== undefined && Number.isFinite(value) && (value! < range.low || value! > range.high);

/** A definition with the usual range behind it. */
export function withUsual(definition: string, key: string): string {
  const range = Object.hasOwn(USUAL, key) ? USUAL[key] : undefined;
  if (!range) return definition;
  const of = range.variables ? ` of ${range.variables}s` : '';
  return `${definition} In healthy runs${of}: ${range.words}.`;
}
