/** The shape of the picture that flat arrays are, as typed once; the browser keeps it. */

import {signal} from '@preact/signals';
import {keep, kept} from '../host/kept';

const NAME = 'flat_shape';

/** Such as "8 x 8"; empty where flat arrays stay rows. */
export const flatShape = signal(kept('always', NAME));

export function setFlatShape(text: string): void {
  flatShape.value = text.trim();
  keep('always', NAME, flatShape.value);
}
