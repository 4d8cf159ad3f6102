/** Codes to pixels: pools columns and rows so that no outlier is lost. */

import {CODE_MIDDLE, CODE_MISSING, CODE_NONFINITE} from './codes';
import type {Spans} from './time_scale';

/**
 * Which code of those on a pixel is drawn: the largest, the one farthest from the middle, or, where
 * shares matter, the largest of one row, so that two kinds of rows take as much room as they are many.
 */
export type Pooling = 'largest' | 'farthest' | 'share';

/** A brief event is drawn at least this wide, in pixels to each side. */
const MARKER_REACH = 1;

/**
 * Pools a coded grid to a picture of `spans.from.length` by `height` codes.
 *
 * A non-finite value always wins, and is widened by `reach` pixels to each side.
 *
 * Args:
 *   codes: Row-major [rows, columns].
 *   height: Picture rows, at most `rows`.
 *
 * Returns: Uint8Array[height * width], row-major.
 */
export function poolCodes(
  codes: Uint8Array,
  rows: number,
  columns: number,
  spans: Spans,
  height: number,
  pooling: Pooling,
  reach = MARKER_REACH,
): Uint8Array {
  const width = spans.from.length;
  const picture = new Uint8Array(width * height);
  const better = pooling === 'farthest' ? fartherCode : largerCode;
  for (let row = 0; row < rows; row++) {
    const at = Math.floor((row * height) / rows);
    const line = at * width;
    const isDrawn = pooling !== 'share' || row === Math.floor(((at + 0.5) * rows) / height);
    for (let x = 0; x < width; x++) {
      let best = picture[line + x];
      for (let column = spans.from[x]; column < spans.to[x]; column++) {
        const code = codes[row * columns + column];
        if (isDrawn || code === CODE_NONFINITE) best = better(best, code);
      }
      picture[line + x] = best;
    }
  }
  widen(picture, width, reach);
  return picture;
}

/** Which pixel columns hold a non-finite value in any row. */
export function nonfiniteColumns(picture: Uint8Array, width: number): boolean[] {
  const found = new Array<boolean>(width).fill(false);
  picture.forEach((code, index) => {
    if (code === CODE_NONFINITE) found[index % width] = true;
  });
  return found;
}

/** Colours of a picture of codes. */
export function paint(picture: Uint8Array, colours: Uint32Array, into: Uint32Array): void {
  for (let index = 0; index < picture.length; index++) into[index] = colours[picture[index]];
}

const largerCode = (a: number, b: number) => (b > a ? b : a);

function fartherCode(a: number, b: number): number {
  if (a === CODE_NONFINITE || b === CODE_MISSING) return a;
  if (b === CODE_NONFINITE || a === CODE_MISSING) return b;
  return Math.abs(b - CODE_MIDDLE) > Math.abs(a - CODE_MIDDLE) ? b : a;
}

function widen(picture: Uint8Array, width: number, reach: number): void {
  if (!reach || !picture.includes(CODE_NONFINITE)) return;
  picture.slice().forEach((code, index) => {
    if (code !== CODE_NONFINITE) return;
    const start = index - (index % width);
    const from = Math.max(start, index - reach);
    picture.fill(CODE_NONFINITE, from, Math.min(start + width, index + reach + 1));
  });
}
