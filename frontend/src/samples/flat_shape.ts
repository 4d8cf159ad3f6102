/** A flat array of values as a picture: its height and width. Pure. */

import type {MapStack} from '../api/types';

export type Shape = readonly [height: number, width: number];

/** Undefined for text that is not two lengths whose product is the number of values. */
export function parseShape(text: string, values: number): Shape | undefined {
  const found = /^\s*(\d{1,5})\s*[x×*]\s*(\d{1,5})\s*$/i.exec(text);
  const [height, width] = found ? [Number(found[1]), Number(found[2])] : [0, 0];
  return height * width === values && values > 0 ? [height, width] : undefined;
}

/** The two lengths nearest to each other, for a hint. */
export function squarest(values: number): Shape {
  let height = Math.floor(Math.sqrt(values));
  while (height > 1 && values % height) height--;
  return [Math.max(height, 1), values / Math.max(height, 1)];
}

/** The height and width to draw an input with. */
export function pictured({layout, shape}: MapStack, text: string): Shape {
  const [, , height, width] = shape;
  const chosen = layout === 'vector' ? parseShape(text, height * width) : undefined;
  return chosen ?? [height, width];
}

/** The shape of an input of grey pictures that is as long as a flat array, such as one before Flatten. */
export function shapeOfInput(inputs: readonly MapStack[], values: number): Shape | undefined {
  const same = inputs.find(
    ({layout, shape}) => layout === 'rgb' && shape[1] === 1 && shape[2] * shape[3] === values,
  );
  return same && [same.shape[2], same.shape[3]];
}
