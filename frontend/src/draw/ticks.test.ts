import {describe, expect, it} from 'vitest';
import {linearTicks, logTicks} from './ticks';

describe('linearTicks', () => {
  it('are round, inside and not more than asked for by much', () => {
    expect(linearTicks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(linearTicks(0.13, 0.31, 4)).toEqual([0.15, 0.2, 0.25, 0.3]);
    expect(linearTicks(-3, 3, 3)).toEqual([-2, 0, 2]);
  });
  it('are whole where they count steps', () => {
    expect(linearTicks(0, 3, 10, true)).toEqual([0, 1, 2, 3]);
  });
  it('is one number for no range', () => {
    expect(linearTicks(4, 4, 5)).toEqual([4]);
  });
});

describe('logTicks', () => {
  it('are powers of ten, thinned out', () => {
    expect(logTicks(1e-3, 1, 5)).toEqual([0.001, 0.01, 0.1, 1]);
    expect(logTicks(1e-9, 1, 5)).toHaveLength(5);
  });
  it('fall between powers where there are less than two', () => {
    expect(logTicks(2, 30, 5)).toEqual([2, 5, 10, 20]);
    expect(logTicks(0.13, 0.55, 2)).toEqual([0.2, 0.5]);
    expect(logTicks(3, 4, 2)).toEqual([3, 3.5, 4]);
  });
});
