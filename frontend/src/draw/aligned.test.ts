import {expect, it} from 'vitest';
import {aligned} from './aligned';

it('puts curves on one axis, and tells a gap from a number gone bad', () => {
  const found = aligned([
    {places: [0, 2, 4], values: [1, NaN, 3]},
    {places: [1, 2], values: [5, 6]},
  ]);
  expect([...found.places]).toEqual([0, 1, 2, 4]);
  expect(found.values.map((row) => [...row])).toEqual([
    [1, NaN, NaN, 3],
    [NaN, 5, 6, NaN],
  ]);
  expect(found.own.map((row) => [...row])).toEqual([
    [1, 0, 1, 1],
    [0, 1, 1, 0],
  ]);
});
