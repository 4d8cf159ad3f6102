import {describe, expect, it} from 'vitest';
import {columnQuantiles} from './quantiles';

describe('columnQuantiles', () => {
  it('takes each column’s own, between neighbours', () => {
    const values = Float32Array.of(3, 10, 1, 30, 2, 20, 5, 40);
    const {lines} = columnQuantiles({rows: 4, columns: 2, values}, [0, 0.5, 1]);
    expect(lines.map((line) => [...line])).toEqual([
      [1, 10],
      [2.5, 25],
      [5, 40],
    ]);
  });
  it('leaves out what is not finite, and says where', () => {
    const values = Float32Array.of(NaN, 1, NaN, 7, 3, NaN);
    const found = columnQuantiles({rows: 2, columns: 3, values}, [0.5], (index) => index === 2);
    expect([...found.lines[0]]).toEqual([7, 2, NaN]);
    expect([...found.nonfinite]).toEqual([1, 0, 1]);
  });
});
