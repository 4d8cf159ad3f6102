import {describe, expect, it} from 'vitest';
import {columnSpans, domainOf, lastAtMost, sampleAt, stepToX, xToStep} from './time_scale';

describe('domainOf', () => {
  it('gives the last sample the median distance', () => {
    expect(domainOf([0, 10, 20, 100])).toEqual({first: 0, end: 110});
  });
  it('has a width for one sample and for none', () => {
    expect(domainOf([5])).toEqual({first: 5, end: 6});
    expect(domainOf([])).toEqual({first: 0, end: 1});
  });
});

describe('stepToX and xToStep', () => {
  it('are each other inverse', () => {
    const domain = {first: 100, end: 300};
    expect(stepToX(100, domain, 50)).toBe(0);
    expect(stepToX(200, domain, 50)).toBe(25);
    for (const x of [0, 7, 50]) expect(stepToX(xToStep(x, domain, 50), domain, 50)).toBeCloseTo(x);
  });
});

describe('lastAtMost', () => {
  it('agrees with a linear search', () => {
    const sorted = [1, 3, 3, 8, 9];
    for (let value = 0; value < 12; value++) {
      expect(lastAtMost(sorted, value)).toBe(sorted.filter((item) => item <= value).length - 1);
    }
  });
});

describe('sampleAt', () => {
  it('is the newest sample not after the step, else the first', () => {
    expect([-1, 0, 9, 10, 99].map((step) => sampleAt([0, 10, 20], step))).toEqual([0, 0, 0, 1, 2]);
    expect(sampleAt([], 3)).toBe(-1);
  });
});

describe('columnSpans', () => {
  it('puts several columns on one pixel when there are more', () => {
    const spans = columnSpans([0, 10, 20, 30], {first: 0, end: 40}, 2);
    expect([...spans.from]).toEqual([0, 2]);
    expect([...spans.to]).toEqual([2, 4]);
  });

  it('stretches a column over its pixels when there are fewer', () => {
    const spans = columnSpans([0, 10], {first: 0, end: 20}, 6);
    expect([...spans.from]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...spans.to]).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it('is empty before the first column', () => {
    const spans = columnSpans([10], {first: 0, end: 20}, 4);
    expect([...spans.from].map((from, x) => from < spans.to[x])).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it.each([1, 7, 300, 1000])('shows each of 999 uneven columns on %d pixels', (width) => {
    const steps = Array.from({length: 999}, (_, i) => i * 3 + (i % 5));
    const spans = columnSpans(steps, domainOf(steps), width);
    const seen = new Set<number>();
    spans.from.forEach((from, x) => {
      for (let column = from; column < spans.to[x]; column++) seen.add(column);
    });
    expect(seen.size).toBe(999);
  });
});
