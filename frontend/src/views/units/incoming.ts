/** The incoming weights of one unit, from the picture of its layer's kernel. Pure. */

import type {Maps} from '../../api/types';
import {tileValue} from '../../draw/tiles';

/** One input of a unit, or several that share a pixel. */
export interface Incoming {
  /** First input and how many of them. */
  readonly input: number;
  readonly inputs: number;
  /** The weight; of a convolution the l2 over its kernel's pixels. */
  readonly weight: number;
}

interface IncomingWeights {
  readonly weights: readonly Incoming[];
  /** How many units the numbers are the mean of. */
  readonly units: number;
  /** Whether `weight` is a norm over a kernel's pixels rather than a weight. */
  readonly norms: boolean;
  readonly step: number;
}

/** Undefined where the unit is not among those that were recorded. */
export function incomingWeights(maps: Maps, unit: number): IncomingWeights | undefined {
  return maps.layout === 'kernel' ? ofKernel(maps, unit) : ofMatrix(maps, unit);
}

function ofKernel(maps: Maps, unit: number): IncomingWeights | undefined {
  const [inputs, units, height, width] = maps.shape;
  const place = maps.channels.indexOf(unit);
  if (place < 0) return undefined;
  const pixels = height * width;
  const weights = Array.from({length: inputs}, (_, row) => {
    const tile = row * units + place;
    let sum = 0;
    for (let at = tile * pixels; at < (tile + 1) * pixels; at++) {
      sum += tileValue(maps, tile, maps.codes[at]) ** 2;
    }
    return {input: maps.rows?.[row] ?? row, inputs: 1, weight: Math.sqrt(sum)};
  });
  return {weights, units: 1, norms: true, step: maps.step};
}

/** A pixel of a large matrix is the mean over a cell of it. */
function ofMatrix(maps: Maps, unit: number): IncomingWeights | undefined {
  const [, , height, width] = maps.shape;
  const [, inputs = height, units = width] = maps.fullShape;
  const [rows, columns] = [Math.ceil(inputs / height), Math.ceil(units / width)];
  if (unit >= units) return undefined;
  const column = Math.floor(unit / columns);
  const weights = Array.from({length: height}, (_, row) => ({
    input: row * rows,
    inputs: Math.min(rows, inputs - row * rows),
    weight: tileValue(maps, 0, maps.codes[row * width + column]),
  }));
  const first = column * columns;
  return {weights, units: Math.min(columns, units - first), norms: false, step: maps.step};
}

/** The largest magnitudes first, non-finite ones before all others. */
export function strongest(weights: readonly Incoming[], count: number): Incoming[] {
  const rank = ({weight}: Incoming) => (Number.isFinite(weight) ? Math.abs(weight) : Infinity);
  return [...weights]
    .sort((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : 0))
    .slice(0, count);
}
