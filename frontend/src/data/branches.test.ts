import {expect, test} from 'vitest';
import {alone, branchAt, joined, partsOf} from './branches';

const STEPS = [0, 1, 2, 3, 4, 5, 6];
const VALUES = Float32Array.from(STEPS);

test('a run without a return is one line', () => {
  expect(partsOf(VALUES, STEPS, [])).toEqual([VALUES]);
});

test('what was given up goes on from the sample before it, and what counts begins behind it', () => {
  const [kept, ...given] = partsOf(VALUES, STEPS, [[2, 4]]);
  expect([...kept]).toEqual([0, 1, NaN, NaN, 4, 5, 6]);
  expect(given.map((part) => [...part])).toEqual([[NaN, 1, 2, 3, NaN, NaN, NaN]]);
});

test('no line leads from one attempt to the next', () => {
  const branches = [
    [2, 4],
    [2, 6],
  ] as const;
  const [kept, ...given] = partsOf(VALUES, STEPS, branches);
  expect([...kept]).toEqual([0, 1, NaN, NaN, NaN, NaN, 6]);
  expect(given.map((part) => [...part])).toEqual([
    [NaN, 1, 2, 3, NaN, NaN, NaN],
    [NaN, NaN, NaN, NaN, 4, 5, NaN],
  ]);
  expect(joined(branches)).toEqual([[2, 6]]);
});

test('of a step that was given up twice, the last return counts', () => {
  const branches = [
    [3, 4],
    [1, 6],
    [8, 9],
  ] as const;
  expect(branchAt(branches, 3)).toEqual([1, 6]);
  expect(branchAt(branches, 6)).toBeUndefined();
  expect(joined(branches)).toEqual([
    [1, 6],
    [8, 9],
  ]);
});

test('values without a neighbour are found', () => {
  expect(alone([1, null, 2, 3, null, 4])).toEqual([0, 5]);
});
