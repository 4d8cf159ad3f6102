import {describe, expect, it} from 'vitest';
import type {Predictions, Probe} from '../api/types';
import {labelClass, predictionAt} from './predictions';

// Two snapshots, two samples.
const predictions = (values: number[], width: number): Predictions => ({
  steps: Float64Array.of(0, 10),
  outputs: [{name: 'classes', values: Float32Array.from(values), samples: 2, width}],
});

describe('predictionAt', () => {
  const values = [1, 0, 0, 0, 0, 1, 0, 0, 0.5, 0.125, 0.25, 0.125, 0, 1, 0, 0];
  const classes = predictions(values, 4);
  it('gives the most likely classes of the newest snapshot before the step', () => {
    expect(predictionAt(classes, 14, 0)).toEqual({
      step: 10,
      probabilities: true,
      largest: [
        {index: 0, value: 0.5},
        {index: 2, value: 0.25},
        {index: 1, value: 0.125},
      ],
    });
    const earlier = predictionAt(classes, 9, 1)!;
    expect([earlier.step, earlier.largest[0]]).toEqual([0, {index: 1, value: 1}]);
  });
  it('gives values as they are where they are no probabilities, not finite ones too', () => {
    const found = predictionAt(predictions([0, 0, 0, 0, -3, NaN, 2, 2], 2), 10, 0);
    expect(found).toEqual({
      step: 10,
      probabilities: false,
      largest: [
        {index: 0, value: -3},
        {index: 1, value: NaN},
      ],
    });
  });
  it('gives nothing for a sample that is not there', () => {
    expect(predictionAt(classes, 0, 2)).toBeUndefined();
  });
});

describe('labelClass', () => {
  const probe = (data: number[], width: number) =>
    ({inputs: [], labels: {data: Float32Array.from(data), width}}) as Probe;
  it('reads a number, or the place of the one', () => {
    expect(labelClass(probe([3, 7], 1), 1)).toBe(7);
    expect(labelClass(probe([0, 1, 0, 1, 0, 0], 3), 0)).toBe(1);
  });
  it('knows none of other labels', () => {
    expect(labelClass(probe([0.5], 1), 0)).toBeUndefined();
    expect(labelClass(probe([1, 1, 0], 3), 0)).toBeUndefined();
    expect(labelClass({inputs: []}, 0)).toBeUndefined();
  });
});
