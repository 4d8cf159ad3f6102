import {describe, expect, it} from 'vitest';
import type {LayerInfo} from '../api/types';
import {initialOpen, visibleGraph} from './visible';

/** Layers by path and parent. */
const layers = (...rows: [string, number][]) =>
  rows.map(([path, parent]) => ({path, parent})) as unknown as LayerInfo[];

const nested = layers(['in', -1], ['block', -1], ['block/a', 1], ['block/b', 1], ['out', -1]);
const edges = [
  [0, 2],
  [2, 3],
  [3, 4],
  [0, 4],
] as const;

describe('visibleGraph', () => {
  it('lifts connections into a closed block to the block, each once', () => {
    const {nodes, edges: shown, assumed} = visibleGraph(nested, edges, new Set());
    expect(nodes.map(({layer}) => layer)).toEqual([0, 1, 4]);
    expect(nodes[1]).toMatchObject({children: 2, open: false});
    expect(shown).toEqual([
      [0, 1],
      [1, 4],
      [0, 4],
    ]);
    expect(assumed).toBe(false);
  });
  it('shows what is in an open block, with the block around it', () => {
    const {nodes, edges: shown} = visibleGraph(nested, edges, new Set(['block']));
    expect(nodes.map(({layer, parent}) => [layer, parent])).toEqual([
      [0, -1],
      [1, -1],
      [2, 1],
      [3, 1],
      [4, -1],
    ]);
    expect(shown).toEqual(edges);
  });
  it('leads a connection with the block itself to what is in it', () => {
    const {edges: shown} = visibleGraph(
      nested,
      [
        [0, 1],
        [1, 4],
      ],
      new Set(['block']),
    );
    expect(shown).toEqual([
      [0, 2],
      [3, 4],
    ]);
  });
  it('follows the order of the layers where no connection is recorded, and says so', () => {
    const {edges: shown, assumed} = visibleGraph(nested, [], new Set(['block']));
    expect(shown).toEqual([
      [0, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(assumed).toBe(true);
  });
  it('survives parents that make a circle or are not there, and edges out of range', () => {
    const odd = layers(['a', 1], ['b', 0], ['c', 99], ['d', 3]);
    const {nodes, edges: shown} = visibleGraph(
      odd,
      [
        [0, 77],
        [-1, 2],
        [2, 3],
      ],
      new Set(['a']),
    );
    expect(nodes.map(({layer}) => layer).sort()).toEqual([0, 1, 2, 3]);
    expect(shown).toEqual([[2, 3]]);
  });
});

describe('initialOpen', () => {
  it('opens blocks from the outermost on while little is shown', () => {
    expect([...initialOpen(nested)]).toEqual(['block']);
  });
  it('leaves large ones closed', () => {
    const many = layers(
      ['block', -1],
      ...Array.from({length: 70}, (_, i): [string, number] => [`b/${i}`, 0]),
    );
    expect(initialOpen(many).size).toBe(0);
  });
});
