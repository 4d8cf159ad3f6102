import {describe, expect, it} from 'vitest';
import {CODE_MISSING, CODE_NONFINITE} from './codes';
import {
  type Histogram,
  densityCodes,
  drawnBins,
  rowOf,
  binFractions,
  spreadColumns,
  totalOf,
  valueTicks,
} from './density';

/** Edges -inf, -8, -4, -2, -1, 1, 2, 4, 8, inf: nine bins, the middle one holds zero. */
const edges = Float64Array.of(-Infinity, -8, -4, -2, -1, 1, 2, 4, 8, Infinity);
const histogram = (...columns: number[][]): Histogram => ({
  steps: Float64Array.from(columns, (_, index) => index),
  edges,
  counts: Uint32Array.from(columns.flat()),
});

describe('drawnBins', () => {
  it('runs from the largest used value to the smallest, without gaps', () => {
    expect([...drawnBins(histogram([0, 0, 1, 0, 0, 3, 0, 2, 0]))]).toEqual([7, 6, 5, 4, 3, 2]);
  });
  it('leaves out what is never used around zero, but for zero itself', () => {
    expect([...drawnBins(histogram([1, 0, 0, 0, 0, 0, 0, 2, 0]))]).toEqual([7, 4, 1, 0]);
  });
  it('is the middle alone where nothing was counted', () => {
    expect([...drawnBins(histogram([0, 0, 0, 0, 0, 0, 0, 0, 0]))]).toEqual([4]);
  });
  it('keeps a bin that is used at any step', () => {
    const one = [0, 0, 0, 0, 0, 1, 0, 0, 0];
    const other = [0, 0, 0, 0, 0, 0, 1, 0, 0];
    expect([...drawnBins(histogram(one, other))]).toEqual([6, 5, 4]);
  });
});

describe('binFractions', () => {
  const two = histogram([0, 0, 0, 0, 1, 3, 0, 0, 0], [0, 0, 0, 0, 0, 0, 2, 0, 0]);
  it('are of the column’s own total, NaN where there is none', () => {
    expect([...binFractions(two, Int32Array.of(6, 5, 4))]).toEqual([NaN, 1, 0.75, NaN, 0.25, NaN]);
  });
  it('add up to one over the drawn bins', () => {
    const values = binFractions(two, drawnBins(two));
    for (const column of [0, 1]) {
      const own = values.filter((_, index) => index % 2 === column && Number.isFinite(_));
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1);
    }
  });
});

describe('densityCodes', () => {
  it('leaves what is empty blank, and shows a step without anything finite', () => {
    const nan = histogram([0, 0, 0, 0, 1, 3, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const {codes, nonfinite} = densityCodes(nan, Int32Array.of(6, 5, 4));
    expect(codes[0]).toBe(CODE_MISSING);
    expect(codes[2]).toBeGreaterThan(codes[4]);
    expect([codes[1], codes[3], codes[5]]).toEqual([255, 255, 255]);
    expect(CODE_NONFINITE).toBe(255);
    expect(nonfinite).toBe(1);
    expect(totalOf(nan, 0)).toBe(4);
  });
});

describe('rowOf', () => {
  const all = histogram([0, 0, 1, 0, 0, 0, 1, 0, 0]);
  const bins = Int32Array.of(7, 6, 5, 4, 3, 2);
  it('puts larger values higher, within a bin by their logarithm', () => {
    expect(rowOf(all, bins, 4)).toBe(1);
    expect(rowOf(all, bins, 4 * Math.SQRT2)).toBeCloseTo(0.5);
    expect(rowOf(all, bins, -2)).toBeCloseTo(5);
    expect(rowOf(all, bins, -2 * Math.SQRT2)).toBeCloseTo(5.5);
  });
  it('is -1 where the bin is not drawn', () => {
    expect(rowOf(all, bins, 100)).toBe(-1);
  });
});

describe('valueTicks', () => {
  const all = histogram([0, 1, 1, 1, 1, 1, 1, 1, 0]);
  const ticks = valueTicks(all, drawnBins(all), 30);
  it('has zero in the middle, and larger values higher', () => {
    const falling = [...ticks].sort((a, b) => a.row - b.row);
    const values = falling.map((tick) => tick.value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values.length).toBeGreaterThan(4);
    expect(ticks.find(({value}) => value === 0)?.row).toBe(3.5);
  });
  it('drops what would lie on the zero', () => {
    expect(valueTicks(all, drawnBins(all), 4).filter(({row}) => Math.abs(row - 3.5) < 0.8)).toEqual(
      [{value: 0, row: 3.5}],
    );
  });
});

describe('spreadColumns', () => {
  it('spreads evenly and ends with the last', () => {
    expect(spreadColumns(10, 4)).toEqual([0, 3, 6, 9]);
    expect(spreadColumns(3, 10)).toEqual([0, 1, 2]);
    expect(spreadColumns(1, 10)).toEqual([0]);
    expect(spreadColumns(0, 10)).toEqual([]);
  });
});
