import {describe, expect, it} from 'vitest';
import {
  CODE_HIGH,
  CODE_LOW,
  CODE_MIDDLE,
  CODE_MISSING,
  CODE_NONFINITE,
  CODE_ZERO,
  encode,
  rowMedians,
} from './codes';

const grid = (rows: number, columns: number, values: number[]) => ({
  rows,
  columns,
  values: new Float32Array(values),
});

describe('encode', () => {
  it('spreads logarithms over the codes', () => {
    const coded = encode(grid(1, 3, [1, 10, 100]), 'log');
    expect([...coded.codes]).toEqual([CODE_LOW, CODE_MIDDLE, CODE_HIGH]);
    expect([coded.scale.low, coded.scale.high]).toEqual([1, 100]);
  });

  it('gives zero on a log scale, NaN and infinities codes of their own, and counts them', () => {
    const coded = encode(grid(1, 6, [0, NaN, Infinity, -0, 1, 10]), 'log');
    expect([...coded.codes]).toEqual([
      CODE_ZERO,
      CODE_NONFINITE,
      CODE_NONFINITE,
      CODE_ZERO,
      CODE_LOW,
      CODE_HIGH,
    ]);
    expect([coded.zeros, coded.nonfinite]).toEqual([2, 2]);
  });

  it('takes NaN for missing only when told to; infinity never', () => {
    const coded = encode(grid(1, 4, [NaN, Infinity, 1, NaN]), 'linear', (index) => index < 2);
    expect(coded.codes[0]).toBe(CODE_MISSING);
    expect(coded.codes[1]).toBe(CODE_NONFINITE);
    expect(coded.codes[3]).toBe(CODE_NONFINITE);
    expect(coded.nonfinite).toBe(2);
  });

  it('clamps a log scale to twelve decades', () => {
    const coded = encode(grid(1, 2, [1e-30, 1]), 'log');
    expect(coded.scale.low).toBeCloseTo(1e-12, 18);
    expect(coded.codes[0]).toBe(CODE_LOW);
  });

  it('makes a scale of signed values symmetric, whatever was asked for', () => {
    for (const name of ['linear', 'log', 'relative'] as const) {
      const coded = encode(grid(1, 3, [-2, 0, 1]), name);
      expect(coded.scale).toEqual({name: 'linear', low: -2, high: 2, diverging: true});
      expect(coded.codes[1]).toBe(CODE_MIDDLE);
    }
  });

  it('shows change against the row’s own median', () => {
    const coded = encode(grid(2, 3, [1, 2, 4, 100, 200, 400]), 'relative');
    expect([...coded.codes.slice(0, 3)]).toEqual([CODE_LOW, CODE_MIDDLE, CODE_HIGH]);
    expect([...coded.codes.slice(3)]).toEqual([...coded.codes.slice(0, 3)]);
    expect(coded.scale.high).toBeCloseTo(1);
  });

  it('codes a constant row as the middle, and nothing at all without failing', () => {
    expect([...encode(grid(1, 2, [3, 3]), 'linear').codes]).toEqual([CODE_MIDDLE, CODE_MIDDLE]);
    expect([...encode(grid(1, 2, [NaN, NaN]), 'log').codes]).toEqual([
      CODE_NONFINITE,
      CODE_NONFINITE,
    ]);
    expect(encode(grid(0, 0, []), 'relative').codes.length).toBe(0);
  });
});

describe('rowMedians', () => {
  it('takes finite positive values only', () => {
    const medians = rowMedians(grid(2, 4, [NaN, 3, 1, 2, 0, NaN, Infinity, 0]));
    expect([...medians]).toEqual([2, NaN]);
  });
});
