import {describe, expect, it} from 'vitest';
import {type PlacedNode, layoutGraph} from './layout';

const box = (id: number, parent = -1) => ({id, parent, width: 100, height: 30});

const overlap = (a: PlacedNode, b: PlacedNode) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('layoutGraph', () => {
  const edges = [
    [0, 1],
    [1, 2],
    [0, 2],
    [2, 3],
  ] as const;
  const placed = layoutGraph({nodes: [0, 1, 2, 3].map((id) => box(id)), edges});

  it('leads from top to bottom and overlaps nothing', () => {
    for (const [source, target] of edges) {
      expect(placed.nodes[source].y).toBeLessThan(placed.nodes[target].y);
    }
    for (const a of placed.nodes) {
      for (const b of placed.nodes) if (a !== b) expect(overlap(a, b)).toBe(false);
    }
  });

  it('has everything within its size, and a line for each edge', () => {
    for (const {x, y, width, height} of placed.nodes) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(placed.width);
      expect(y + height).toBeLessThanOrEqual(placed.height);
    }
    expect(placed.edges.map(({source, target}) => [source, target])).toEqual(edges);
    for (const {points} of placed.edges) expect(points.length).toBeGreaterThanOrEqual(4);
  });

  it('puts what is in a block inside it', () => {
    const nodes = [box(0), box(1), box(2, 1), box(3, 1), box(4)];
    const {nodes: all} = layoutGraph({
      nodes,
      edges: [
        [0, 2],
        [2, 3],
        [3, 4],
      ],
    });
    for (const inner of [all[2], all[3]]) {
      expect(inner.x).toBeGreaterThan(all[1].x);
      expect(inner.y).toBeGreaterThan(all[1].y);
      expect(inner.x + inner.width).toBeLessThan(all[1].x + all[1].width);
      expect(inner.y + inner.height).toBeLessThan(all[1].y + all[1].height);
    }
  });

  it('survives a circle', () => {
    expect(
      layoutGraph({
        nodes: [box(0), box(1)],
        edges: [
          [0, 1],
          [1, 0],
        ],
      }).edges.length,
    ).toBe(2);
  });
});
