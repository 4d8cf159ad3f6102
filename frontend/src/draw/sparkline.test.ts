import {describe, expect, it} from 'vitest';
import {sparkline} from './sparkline';

const steps = (count: number) => Array.from({length: count}, (_, i) => i);
const draw = (values: number[], width: number, log = false) =>
  sparkline(
    new Float32Array(values),
    steps(values.length),
    {first: 0, end: values.length},
    width,
    12,
    log,
  );

describe('sparkline', () => {
  it('goes from the bottom to the top of its box', () => {
    expect(draw([0, 1], 2).path).toBe('M0 11L1 1');
  });

  it('is even on a log scale when values grow by a factor', () => {
    expect(draw([1, 10, 100], 3, true).path).toBe('M0 11L1 6L2 1');
  });

  it('keeps a peak that falls between pixels', () => {
    const values = new Array<number>(1000).fill(0);
    values[501] = 1;
    expect(draw(values, 10).path).toContain('L5 1');
  });

  it('breaks where values are not finite, and says where', () => {
    const line = draw([1, 1, NaN, Infinity, 1, 2], 6);
    expect(line.nonfinite).toEqual([[2, 2]]);
    expect(line.path.match(/M/g)).toHaveLength(2);
  });

  it('joins what is not finite into stretches, pooled or not', () => {
    const values = new Array<number>(100).fill(1);
    values.fill(NaN, 50, 80);
    values[10] = Infinity;
    expect(draw(values, 200).nonfinite).toEqual([
      [20, 2],
      [100, 60],
    ]);
    expect(draw(values, 10).nonfinite).toEqual([
      [1, 1],
      [5, 3],
    ]);
  });

  it('draws zero on a log scale on the bottom edge', () => {
    expect(draw([0, 1, 10], 3, true).path).toBe('M0 11L1 11L2 1');
  });

  it('draws a constant in the middle, and nothing from nothing', () => {
    expect(draw([3, 3], 2).path).toBe('M0 6L1 6');
    expect(draw([], 2)).toEqual({path: '', nonfinite: []});
    expect(draw([NaN, NaN], 2).path).toBe('');
  });
});
