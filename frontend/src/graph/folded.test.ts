import {describe, expect, it} from 'vitest';
import type {LayerInfo} from '../api/types';
import {foldedRows, openAround} from './folded';

/** Layers by path and parent. */
const layers = (...rows: [string, number][]) =>
  rows.map(([path, parent]) => ({path, parent})) as unknown as LayerInfo[];

const model = layers(
  ['input', -1],
  ['encoder', -1],
  ['encoder/attention', 1],
  ['encoder/attention/query', 2],
  ['encoder/attention/key', 2],
  ['encoder/norm', 1],
  ['wrapper', -1],
  ['wrapper/dense', 6],
  ['head', -1],
);
const listed = new Set([
  'encoder/attention',
  'encoder/attention/query',
  'encoder/attention/key',
  'encoder/norm',
  'wrapper/dense',
  'head',
]);
const shown = (...open: string[]) =>
  foldedRows(model, listed, new Set(open)).map(
    ({path, depth, inside, open: isOpen}) => [path, depth, inside.length, isOpen] as const,
  );

describe('foldedRows', () => {
  it('shows a block of several layers as one row, and leaves out what has none', () => {
    expect(shown()).toEqual([
      ['encoder', 0, 4, false],
      ['wrapper/dense', 0, 0, false], // a block of one layer is that layer
      ['head', 0, 0, false],
    ]);
  });
  it('shows what is in an open block; a layer that holds others is a row and a block', () => {
    expect(shown('encoder').slice(0, 3)).toEqual([
      ['encoder', 0, 4, true],
      ['encoder/attention', 1, 2, false],
      ['encoder/norm', 1, 0, false],
    ]);
    expect(shown('encoder', 'encoder/attention').slice(1, 4)).toEqual([
      ['encoder/attention', 1, 2, true],
      ['encoder/attention/query', 2, 0, false],
      ['encoder/attention/key', 2, 0, false],
    ]);
  });
  it('shows every listed layer once when all is open', () => {
    const paths = shown('encoder', 'encoder/attention', 'wrapper').map(([path]) => path);
    expect(paths.filter((path) => listed.has(path))).toEqual([...listed]);
  });
  it('survives parents that form a cycle', () => {
    const cycle = layers(['a', 1], ['b', 0], ['c', -1]);
    const rows = foldedRows(cycle, new Set(['a', 'b', 'c']), new Set());
    expect(rows.map(({path}) => path)).toEqual(['a', 'b', 'c']);
  });
});

describe('openAround', () => {
  it('opens all blocks around a layer', () => {
    const open = openAround(model, listed, ['encoder/attention/key'], new Set());
    expect([...open].sort()).toEqual(['encoder', 'encoder/attention']);
  });
  it('opens those of the first layers only where the rows would be too many', () => {
    const many = layers(
      ...[0, 1, 2].flatMap((block): [string, number][] => [
        [`b${block}`, -1],
        ...Array.from({length: 28}, (_, at): [string, number] => [`b${block}/${at}`, 29 * block]),
      ]),
    );
    const all = new Set(many.filter(({parent}) => parent >= 0).map(({path}) => path));
    const open = openAround(many, all, ['b2/0', 'b1/0', 'b0/0'], new Set());
    expect([...open].sort()).toEqual(['b1', 'b2']);
  });
});
