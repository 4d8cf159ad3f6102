/** Dead units in a coded unit map: a code of their own, below non-finite and above all others. */

import {CODE_HIGH, CODE_NONFINITE} from './codes';

/** The highest ordinary code gives way to dead units, so that pooling keeps them. */
const DEAD_CODE = CODE_HIGH;
/** Deep orange, in none of the default map's colours; the style sheet has the same. */
const DEAD_COLOUR = 0xff1451e8; // ABGR of #e85114

/** Codes with dead cells marked; others are moved off the dead code. */
export function markDead(codes: Uint8Array, dead: Uint8Array): Uint8Array {
  return codes.map((code, index) => {
    if (code === CODE_NONFINITE) return code;
    return dead[index] ? DEAD_CODE : Math.min(code, DEAD_CODE - 1);
  });
}

/** A colour table with the dead code's colour. */
export function withDead(colours: Uint32Array): Uint32Array {
  const table = colours.slice();
  table[DEAD_CODE] = DEAD_COLOUR;
  return table;
}
