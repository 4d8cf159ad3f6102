import {describe, expect, it} from 'vitest';
import type {Loss} from '../api/types';
import {positionOf} from './run_axis';

const loss = (steps: number[], seconds: number[], epochSteps: number[]) =>
  ({
    steps: Float64Array.from(steps),
    seconds: Float32Array.from(seconds),
    epochSteps: Float64Array.from(epochSteps),
  }) as unknown as Loss;

describe('positionOf', () => {
  const run = loss([0, 10, 20], [0, 5, 6], [9, 29]);
  it('leaves steps as they are', () => {
    expect(positionOf(run, 'step')!(7)).toBe(7);
  });
  it('counts epochs from the first step on, and goes on behind the last one', () => {
    const at = positionOf(run, 'epoch')!;
    expect([0, 5, 10, 20, 30, 40].map(at)).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
  });
  it('finds the time of a step between two samples', () => {
    const at = positionOf(run, 'time')!;
    expect([0, 5, 10, 20, 30].map(at)).toEqual([0, 2.5, 5, 6, 7]);
  });
  it('is undefined without epochs, and without times', () => {
    expect(positionOf(loss([0, 1], [NaN, NaN], []), 'epoch')).toBeUndefined();
    expect(positionOf(loss([0, 1], [NaN, NaN], []), 'time')).toBeUndefined();
  });
});
