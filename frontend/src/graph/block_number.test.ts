import {describe, expect, it} from 'vitest';
import type {LayerInfo} from '../api/types';
import {blockNumbers} from './block_number';

const layers = (...rows: [string, number][]) =>
  rows.map(([path, parent]) => ({path, parent})) as unknown as LayerInfo[];

const nested = layers(['a', -1], ['a/b', 0], ['a/b/c', 1], ['a/d', 0], ['e', -1]);

describe('blockNumbers', () => {
  const numbers = new Map([
    ['a/b/c', 1],
    ['a/d', 4],
    ['e', 9],
  ]);
  it('are the mean or the largest of all layers inside, at any depth', () => {
    expect([...blockNumbers(nested, numbers, 'mean')]).toEqual([
      ['a/b', 1],
      ['a', 2.5],
    ]);
    expect(blockNumbers(nested, numbers, 'largest').get('a')).toBe(4);
  });
  it('leave a block’s own number alone', () => {
    const own = new Map([...numbers, ['a', 7]] as [string, number][]);
    expect(blockNumbers(nested, own, 'mean').has('a')).toBe(false);
  });
  it('are not finite where one inside is not', () => {
    const bad = new Map([...numbers, ['a/d', NaN]] as [string, number][]);
    expect(blockNumbers(nested, bad, 'largest').get('a')).toBeNaN();
    expect(blockNumbers(nested, bad, 'largest').get('a/b')).toBe(1);
  });
  it('survive parents that make a circle or are not there', () => {
    const odd = layers(['x', 1], ['y', 0], ['z', 99]);
    const found = blockNumbers(odd, new Map([['x', 1]]), 'mean');
    expect([...found]).toEqual([['y', 1]]);
  });
});
