import {describe, expect, it} from 'vitest';
import {colourScale} from './colour_scale';

describe('colourScale', () => {
  it('is logarithmic for norms', () => {
    const {low, high, position} = colourScale([0.01, 1, 100, NaN, 0], 'l2');
    expect([low, high]).toEqual([0.01, 100]);
    expect(position(1)).toBeCloseTo(0.5);
    expect(position(0)).toBe(0);
    expect(position(NaN)).toBeNaN();
  });
  it('goes from nothing to all for shares', () => {
    const {low, high, position} = colourScale([0.2, 0.3], 'dead_fraction');
    expect([low, high, position(0.25)]).toEqual([0, 1, 0.25]);
  });
  it('puts a single value, and nothing at all, in the middle', () => {
    expect(colourScale([5], 'l2').position(5)).toBe(0.5);
    expect(colourScale([], 'mean').position(0)).toBe(0.5);
  });
});
