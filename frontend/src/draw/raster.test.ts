import {describe, expect, it} from 'vitest';
import {CODE_MIDDLE, CODE_NONFINITE} from './codes';
import {nonfiniteColumns, paint, poolCodes} from './raster';
import {columnSpans} from './time_scale';

const spans = (columns: number, width: number) =>
  columnSpans(
    Array.from({length: columns}, (_, i) => i),
    {first: 0, end: columns},
    width,
  );

describe('poolCodes', () => {
  it('keeps the largest code of the columns on a pixel', () => {
    const codes = Uint8Array.from([3, 9, 4, 5, 8, 7]);
    expect([...poolCodes(codes, 1, 6, spans(6, 3), 1, 'largest')]).toEqual([9, 5, 8]);
  });

  it('keeps the farthest from the middle on a diverging scale', () => {
    const codes = Uint8Array.from([CODE_MIDDLE + 5, CODE_MIDDLE - 9, CODE_MIDDLE, 0]);
    expect([...poolCodes(codes, 1, 4, spans(4, 2), 1, 'farthest')]).toEqual([
      CODE_MIDDLE - 9,
      CODE_MIDDLE,
    ]);
  });

  it.each(['largest', 'farthest', 'share'] as const)('never loses one NaN (%s)', (pooling) => {
    for (const at of [0, 777, 1999]) {
      const codes = new Uint8Array(2000).fill(200);
      codes[at] = CODE_NONFINITE;
      const picture = poolCodes(codes, 1, 2000, spans(2000, 100), 1, pooling);
      const marked = [...picture].filter((code) => code === CODE_NONFINITE).length;
      expect(marked).toBeGreaterThanOrEqual(2);
      expect(marked).toBeLessThanOrEqual(3);
      expect(picture[Math.floor(at / 20)]).toBe(CODE_NONFINITE);
    }
  });

  it('widens by one pixel to each side and no further', () => {
    const codes = Uint8Array.from([9, 9, 9, 255, 255, 9, 9, 9, 255]);
    const picture = poolCodes(codes, 1, 9, spans(9, 9), 1, 'largest');
    expect([...picture]).toEqual([9, 9, 255, 255, 255, 255, 9, 255, 255]);
  });

  it('pools rows when there are more than pixels', () => {
    const codes = Uint8Array.from([1, 1, 5, 2, 3, 255]);
    expect([...poolCodes(codes, 6, 1, spans(1, 1), 3, 'largest', 0)]).toEqual([1, 5, 255]);
  });

  it('draws as many lines of each kind of row as there are of it', () => {
    const codes = Uint8Array.from({length: 400}, (_, row) => (row % 11 ? 254 : 7));
    const count = (pooling: 'largest' | 'share') =>
      poolCodes(codes, 400, 1, spans(1, 1), 100, pooling, 0).filter((code) => code === 7).length;
    expect(count('largest')).toBe(0);
    expect(count('share')).toBe(9); // one in eleven
    codes[3] = CODE_NONFINITE;
    expect(poolCodes(codes, 400, 1, spans(1, 1), 100, 'share', 0)[0]).toBe(CODE_NONFINITE);
  });

  it('widens nothing twice: a marker is not carried on by its own pixels', () => {
    const codes = new Uint8Array(50).fill(10);
    codes[10] = CODE_NONFINITE;
    codes[13] = CODE_NONFINITE;
    const picture = poolCodes(codes, 1, 50, spans(50, 50), 1, 'largest');
    const marked = [...picture.keys()].filter((x) => picture[x] === CODE_NONFINITE);
    expect(marked).toEqual([9, 10, 11, 12, 13, 14]);
  });
});

describe('nonfiniteColumns', () => {
  it('finds the columns over all rows', () => {
    expect(nonfiniteColumns(Uint8Array.from([1, 2, 255, 1, 1, 255]), 3)).toEqual([
      false,
      false,
      true,
    ]);
    expect(nonfiniteColumns(Uint8Array.from([255, 2, 1, 1]), 2)).toEqual([true, false]);
  });
});

describe('paint', () => {
  it('looks colours up', () => {
    const colours = new Uint32Array(256).map((_, i) => i * 2);
    const into = new Uint32Array(2);
    paint(Uint8Array.from([3, 255]), colours, into);
    expect([...into]).toEqual([6, 510]);
  });
});
