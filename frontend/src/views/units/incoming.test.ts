import {describe, expect, it} from 'vitest';
import type {Maps} from '../../api/types';
import {incomingWeights, strongest} from './incoming';

function maps(parts: Partial<Maps>): Maps {
  const shape = parts.shape!;
  const tiles = shape[0] * shape[1];
  return {
    name: 'dense/kernel',
    layout: 'matrix',
    fullShape: [],
    codes: new Uint8Array(0),
    scale: new Float32Array(tiles).fill(1),
    offset: new Float32Array(tiles),
    channels: Int32Array.from({length: shape[1]}, (_, i) => i),
    dead: new Uint8Array(shape[1]),
    values: undefined,
    step: 7,
    of: '',
    rows: undefined,
    norms: undefined,
    targets: undefined,
    shape,
    ...parts,
  };
}

describe('incomingWeights', () => {
  it('are a column of a matrix', () => {
    const matrix = maps({shape: [1, 1, 3, 2], codes: Uint8Array.of(1, 2, 3, 4, 5, 255)});
    const found = incomingWeights({...matrix, fullShape: [1, 3, 2, 1]}, 1)!;
    expect(found.weights.map(({weight}) => weight)).toEqual([2, 4, NaN]);
    expect([found.units, found.norms, found.step]).toEqual([1, false, 7]);
  });
  it('say how many inputs and units a pixel stands for', () => {
    const matrix = maps({shape: [1, 1, 2, 2], codes: Uint8Array.of(1, 2, 3, 4)});
    const found = incomingWeights({...matrix, fullShape: [1, 5, 3, 1]}, 2)!;
    expect(found.weights).toEqual([
      {input: 0, inputs: 3, weight: 2},
      {input: 3, inputs: 2, weight: 4},
    ]);
    expect(found.units).toBe(1);
    expect(incomingWeights({...matrix, fullShape: [1, 5, 3, 1]}, 1)!.units).toBe(2);
  });
  it('are the norms of a unit’s kernels, by input channel', () => {
    const kernel = maps({
      layout: 'kernel',
      shape: [2, 2, 1, 2],
      codes: Uint8Array.of(0, 0, 3, 4, 0, 0, 6, 8),
      channels: Int32Array.of(5, 9),
      rows: Int32Array.of(1, 4),
    });
    expect(incomingWeights(kernel, 9)!.weights).toEqual([
      {input: 1, inputs: 1, weight: 5},
      {input: 4, inputs: 1, weight: 10},
    ]);
    expect(incomingWeights(kernel, 0)).toBeUndefined();
  });
});

describe('strongest', () => {
  it('puts what is not finite first, then by magnitude', () => {
    const weights = [0.1, -3, NaN, 2].map((weight, input) => ({input, inputs: 1, weight}));
    expect(strongest(weights, 3).map(({input}) => input)).toEqual([2, 1, 3]);
  });
});
