import {describe, expect, it} from 'vitest';
import type {Table, VariableInfo} from '../../api/types';
import {growthSeries, weightRows} from './weight_rows';

const variable = (path: string, shape: number[]) => ({path, shape}) as unknown as VariableInfo;

const table = (statistics: Record<string, number[][]>, names: string[]): Table =>
  ({
    names,
    steps: Float64Array.from(Object.values(statistics)[0][0], (_, index) => index),
    values: new Map(
      Object.entries(statistics).map(([key, rows]) => [
        `${key}/last`,
        Float32Array.from(rows.flat()),
      ]),
    ),
  }) as unknown as Table;

const names = ['kernel', 'bias'];
const tables = new Map([
  [
    'weight',
    table(
      {
        l2: [
          [2, 3],
          [0, 5],
        ],
        max_abs: [
          [1, 1],
          [0, 4],
        ],
      },
      names,
    ),
  ],
  [
    'update',
    table(
      {
        l2: [
          [1, 1],
          [1, NaN],
        ],
        ratio: [
          [0.5, 0.25],
          [NaN, NaN],
        ],
      },
      names,
    ),
  ],
]);
const variables = [variable('kernel', [3, 4]), variable('bias', [4]), variable('new', [])];

describe('weightRows', () => {
  it('has the numbers of the step, and growth since the start', () => {
    const [kernel, bias] = weightRows(variables, tables, 1);
    expect(kernel).toMatchObject({elements: 12, norm: 3, growth: 1.5, maxAbs: 1, ratio: 0.25});
    expect(bias.norm).toBe(5);
  });
  it('counts growth of what began as nothing, as biases do, from its first norm', () => {
    expect(weightRows(variables, tables, 0)[1].growth).toBe(0);
    expect(weightRows(variables, tables, 1)[1].growth).toBe(1);
  });
  it('tells a ratio that does not apply from one gone bad', () => {
    expect(weightRows(variables, tables, 0)[1].ratio).toBeUndefined();
    expect(weightRows(variables, tables, 1)[1].ratio).toBeNaN();
  });
  it('has a row without numbers for what is not recorded', () => {
    expect(weightRows(variables, tables, 0)[2]).toMatchObject({elements: 1, norm: undefined});
    expect(weightRows(variables, new Map(), -1)[0].norm).toBeUndefined();
  });
  it('takes the exact numbers where there are some, and still the start', () => {
    const exact = new Map([['weight', table({l2: [[8], [9]]}, names)]]);
    const [kernel] = weightRows(variables, tables, 0, exact);
    expect(kernel).toMatchObject({norm: 8, growth: 4, update: undefined});
  });
});

describe('growthSeries', () => {
  it('counts from the first value that is not zero', () => {
    expect([...growthSeries(Float32Array.of(0, 2, 4, NaN))]).toEqual([NaN, 1, 2, NaN]);
    expect([...growthSeries(Float32Array.of(0, 0))]).toEqual([NaN, NaN]);
  });
});
