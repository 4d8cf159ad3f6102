import {describe, expect, it} from 'vitest';
import {
  type UnitGrid,
  deadCounts,
  deadSince,
  meanActivity,
  medianOverUnits,
  orderUnits,
  takeRows,
} from './unit_order';

/** One text a unit: a digit is a magnitude, `x` a dead sample, `!` a NaN. */
function grid(...rows: string[]): UnitGrid {
  const cells = rows.join('').split('');
  return {
    units: rows.length,
    steps: Float64Array.from(rows[0], (_, index) => index * 10),
    maxAbs: Float32Array.from(cells, (cell) => (cell === '!' ? NaN : Number(cell) || 0)),
    dead: Uint8Array.from(cells, (cell) => (cell === 'x' ? 1 : 0)),
  };
}

describe('deadSince', () => {
  const units = grid('1xx2xx', 'xxxxxx', '111111');
  it('finds where the present stretch began', () => {
    expect([0, 1, 2, 3, 4, 5].map((column) => deadSince(units, 0, column))).toEqual([
      -1, 1, 1, -1, 4, 4,
    ]);
    expect(deadSince(units, 1, 5)).toBe(0);
  });
  it('is -1 for a unit that lives', () => {
    expect(deadSince(units, 2, 5)).toBe(-1);
  });
});

describe('orderUnits', () => {
  const units = grid('9999', '1xxx', '5555', '11xx', 'x333', '1xxx');
  it('keeps the units as they are', () => {
    expect([...orderUnits(units, 'unit')]).toEqual([0, 1, 2, 3, 4, 5]);
  });
  it('puts those that died first ahead, those that live last', () => {
    expect([...orderUnits(units, 'death')]).toEqual([1, 5, 3, 0, 2, 4]);
  });
  it('puts the most active ahead', () => {
    expect([...orderUnits(units, 'activity')]).toEqual([0, 2, 4, 3, 1, 5]);
  });
  it('puts a unit without a finite magnitude last', () => {
    expect([...orderUnits(grid('!!', '11', '22'), 'activity')]).toEqual([2, 1, 0]);
  });
});

describe('over all units', () => {
  const units = grid('1x!', '3xx', '2x5');
  it('counts the dead', () => {
    expect([...deadCounts(units)]).toEqual([0, 3, 1]);
  });
  it('takes medians of what is finite', () => {
    expect([...medianOverUnits(units)]).toEqual([2, 0, 5]);
  });
  it('takes means of what is finite', () => {
    expect([0, 1, 2].map((unit) => meanActivity(units, unit))).toEqual([0.5, 1, 7 / 3]);
  });
});

describe('takeRows', () => {
  it('reorders rows', () => {
    expect([...takeRows(Float32Array.of(1, 2, 3, 4, 5, 6), 2, Int32Array.of(2, 0, 1))]).toEqual([
      5, 6, 1, 2, 3, 4,
    ]);
  });
});
