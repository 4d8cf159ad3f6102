/** One number for a block, from those of the layers in it. Pure. */

import type {LayerInfo} from '../api/types';

/** How layers' numbers become their block's: of fractions the largest, of others the mean. */
export type BlockRule = 'largest' | 'mean';

/**
 * Numbers of all layers that hold others and have none of their own.
 *
 * Args:
 *   numbers: Of layers, by path.
 *
 * Returns: by path; NaN where one of the layers inside is non-finite, absent where none has a number.
 */
export function blockNumbers(
  layers: readonly LayerInfo[],
  numbers: ReadonlyMap<string, number>,
  rule: BlockRule,
): Map<string, number> {
  const inside = new Map<number, number[]>();
  for (const layer of layers) {
    const value = numbers.get(layer.path);
    if (value === undefined) continue;
    // As far up as there are layers: parents may form a cycle in a damaged record.
    let at = layer.parent;
    for (let depth = 0; depth < layers.length && layers[at]; depth++, at = layers[at].parent) {
      const found = inside.get(at);
      if (found) found.push(value);
      else inside.set(at, [value]);
    }
  }
  const found = new Map<string, number>();
  for (const [layer, values] of inside) {
    const {path} = layers[layer];
    if (!numbers.has(path)) found.set(path, join(values, rule));
  }
  return found;
}

function join(values: readonly number[], rule: BlockRule): number {
  if (!values.every(Number.isFinite)) return NaN;
  if (rule === 'largest') return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
