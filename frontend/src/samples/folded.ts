/** A flat input that is a picture. Pure. */

import type {MapStack} from '../api/types';

const SMALLEST = 8; // pixels of a side: fewer values are read as numbers

/** A stack of square pictures where the rows of values could be that, else the stack as it is. */
export function folded(stack: MapStack): MapStack {
  const [samples, channels, height, width] = stack.shape;
  const side = Math.sqrt(width);
  const isFlat = stack.layout === 'vector' && height === 1 && channels === 1;
  const isWhole = stack.fullShape.at(-1) === width; // else pixels were averaged
  if (!isFlat || !isWhole || !Number.isInteger(side) || side < SMALLEST) return stack;
  return {...stack, layout: 'image', shape: [samples, 1, side, side]};
}
