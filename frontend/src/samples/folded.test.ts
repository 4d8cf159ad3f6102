import {expect, test} from 'vitest';
import type {MapStack} from '../api/types';
import {folded} from './folded';

const vector = (width: number, full = width) =>
  ({layout: 'vector', fullShape: [1, full], shape: [1, 1, 1, width]}) as unknown as MapStack;

test('flat values of a square number are a picture', () => {
  expect(folded(vector(784)).shape).toEqual([1, 1, 28, 28]);
});

test('few values, other numbers and averages are not', () => {
  for (const stack of [vector(49), vector(100 + 1), vector(784, 1568)]) {
    expect(folded(stack)).toBe(stack);
  }
});
