import {describe, expect, it} from 'vitest';
import {rollingMedian, trendWindow} from './trend';

const series = (length: number, value: (at: number) => number) =>
  Float32Array.from({length}, (_, at) => value(at));

describe('trendWindow', () => {
  it('is 0 for few samples and for a course without noise, and odd otherwise', () => {
    const noise = (at: number) => (at % 2 ? 1 : -1);
    expect(trendWindow(series(30, noise))).toBe(0);
    expect(trendWindow(series(500, (at) => 1 / (1 + at)))).toBe(0);
    expect(trendWindow(series(500, noise))).toBe(21);
    expect(trendWindow(series(60, noise))).toBe(7);
    expect(trendWindow(series(10_000, noise))).toBe(51);
    expect(trendWindow(series(500, (at) => (at < 470 ? NaN : noise(at))))).toBe(0);
  });
});

describe('rollingMedian', () => {
  it('is the median of the finite neighbours, fewer at the ends', () => {
    const values = Float32Array.of(1, 5, 2, 100, NaN, 4, 3);
    const slow = [...values].map((value, at) => {
      if (Number.isNaN(value)) return NaN;
      const near = [...values].filter((each, place) => Math.abs(place - at) <= 1 && each === each);
      near.sort((a, b) => a - b);
      return (near[(near.length - 1) >> 1] + near[near.length >> 1]) / 2;
    });
    expect([...rollingMedian(values, 3)]).toEqual(slow);
  });
});
