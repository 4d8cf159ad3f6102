import {describe, expect, it} from 'vitest';
import type {Table} from '../../api/types';
import {
  type Cells,
  differ,
  differenceKind,
  differences,
  matchRows,
  rowsByName,
} from './differences';

const table = (statistic: string, rows: Record<string, number[]>): Table =>
  ({
    names: Object.keys(rows),
    steps: Float64Array.from(Object.values(rows)[0], (_, index) => index),
    values: new Map([[`${statistic}/last`, Float32Array.from(Object.values(rows).flat())]]),
  }) as unknown as Table;

const cells = (values: number[], missing = values.map(() => 0)): Cells => ({
  values: Float32Array.from(values),
  missing: Uint8Array.from(missing),
});

const ownPart = (name: string) => name.slice(name.lastIndexOf('/') + 1);

describe('matchRows', () => {
  it('matches by name in the first one’s order', () => {
    const {pairs, onlyFirst, onlySecond, byDepth} = matchRows(['c', 'a'], ['a', 'c']);
    expect(pairs.map(({name, other}) => [name, other])).toEqual([
      ['c', 'c'],
      ['a', 'a'],
    ]);
    expect([onlyFirst, onlySecond, byDepth]).toEqual([[], [], 0]);
  });
  it('matches other names by depth, kernels with kernels', () => {
    const first = ['a/kernel', 'a/bias', 'b/kernel', 'b/bias'];
    const second = ['x/kernel', 'y/kernel', 'z/kernel'];
    const {pairs, onlyFirst, onlySecond, byDepth} = matchRows(first, second, ownPart);
    expect(pairs.map(({name, other}) => [name, other])).toEqual([
      ['a/kernel', 'x/kernel'],
      ['b/kernel', 'z/kernel'],
    ]);
    expect(onlyFirst).toEqual(['a/bias', 'b/bias']);
    expect(onlySecond).toEqual(['y/kernel']);
    expect(byDepth).toBe(2);
  });
  it('uses no row twice', () => {
    const {pairs, onlyFirst} = matchRows(['a', 'b', 'c', 'd', 'e'], ['x', 'y', 'z']);
    expect(new Set(pairs.map(({other}) => other)).size).toBe(3);
    expect(onlyFirst).toEqual(['b', 'd']);
  });
});

describe('rowsByName', () => {
  it('takes rows by name, with an empty column behind, and marks what is not there', () => {
    const taken = rowsByName(table('l2', {a: [1, 2], b: [3, NaN]}), ['b', 'x', 'a'], 'l2');
    expect([...taken.values]).toEqual([3, NaN, NaN, NaN, NaN, NaN, 1, 2, NaN]);
    expect([...taken.missing]).toEqual([0, 0, 1, 1, 1, 1, 0, 0, 1]);
  });
  it('tells "does not apply" from a number gone bad', () => {
    const dead = rowsByName(table('dead_fraction', {a: [NaN, 0.5]}), ['a'], 'dead_fraction');
    expect([...dead.missing]).toEqual([1, 0, 1]);
  });
});

describe('differ', () => {
  it.each([
    [2, 8, 'ratio', 2],
    [8, 2, 'ratio', -2],
    [0, 0, 'ratio', 0],
    [0, 1e-9, 'ratio', 10],
    [5, 0, 'ratio', -10],
    [1, 1e9, 'ratio', 10],
    [NaN, 1, 'ratio', NaN],
    [1, Infinity, 'ratio', NaN],
    [0.25, 0.75, 'difference', 0.5],
    [-1, 1, 'difference', 2],
  ] as const)('%d and %d as %s: %d', (first, second, kind, expected) => {
    expect(differ(first, second, kind)).toBe(expected);
  });
});

describe('differenceKind', () => {
  it('is a ratio only where nothing is negative and no share', () => {
    expect(differenceKind([table('l2', {a: [1, 2]})], 'l2', false)).toBe('ratio');
    expect(differenceKind([table('l2', {a: [1, -2]})], 'l2', false)).toBe('difference');
    expect(differenceKind([table('l2', {a: [1, 2]})], 'l2', true)).toBe('difference');
  });
});

describe('differences', () => {
  it('takes the newest sample at or before each step, and nothing outside the second run', () => {
    const first = {places: Float64Array.of(0, 10, 20, 30), cells: cells([1, 1, 1, 1])};
    const second = {places: Float64Array.of(5, 15, 20), cells: cells([2, 4, 8])};
    const {values, missing} = differences(first, second, 'ratio');
    expect([...values]).toEqual([NaN, 1, 3, NaN]);
    expect([...missing]).toEqual([1, 0, 0, 1]);
  });
  it('is missing where either is, and not finite where either is not', () => {
    const places = Float64Array.of(0, 1, 2);
    const first = {places, cells: cells([1, NaN, 1], [1, 0, 0])};
    const second = {places, cells: cells([1, 1, 1], [0, 0, 1])};
    const {values, missing} = differences(first, second, 'difference');
    expect([...missing]).toEqual([1, 0, 1]);
    expect(values[1]).toBeNaN();
  });
});
