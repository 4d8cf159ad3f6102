/** Where a graph's nodes and edges go. Pure; runs in a worker of its own. */

import {Graph, layout} from '@dagrejs/dagre';

export interface LayoutRequest {
  readonly nodes: readonly {
    readonly id: number;
    /** The node around it, -1 for none. */
    readonly parent: number;
    /** Of a node with others inside, these grow as needed. */
    readonly width: number;
    readonly height: number;
  }[];
  readonly edges: readonly (readonly [number, number])[];
}

export interface PlacedNode {
  readonly id: number;
  /** Top left corner and size. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly source: number;
  readonly target: number;
  /** Alternating x and y. */
  readonly points: readonly number[];
}

export interface Layout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** Lays out from top to bottom. */
export function layoutGraph({nodes, edges}: LayoutRequest): Layout {
  const graph = new Graph({compound: true});
  graph.setGraph({rankdir: 'TB', nodesep: 24, ranksep: 28, marginx: 16, marginy: 16});
  graph.setDefaultEdgeLabel(() => ({}));
  for (const {id, width, height} of nodes) graph.setNode(String(id), {width, height});
  for (const {id, parent} of nodes) if (parent >= 0) graph.setParent(String(id), String(parent));
  for (const [source, target] of edges) graph.setEdge(String(source), String(target));
  layout(graph);
  const {width = 0, height = 0} = graph.graph() as {width?: number; height?: number};
  return {
    nodes: nodes.map(({id}) => {
      const placed = graph.node(String(id)) as Omit<PlacedNode, 'id'>;
      const corner = {x: placed.x - placed.width / 2, y: placed.y - placed.height / 2};
      return {id, ...corner, width: placed.width, height: placed.height};
    }),
    edges: edges.map(([source, target]) => {
      const {points} = graph.edge(String(source), String(target)) as {
        points: readonly {x: number; y: number}[];
      };
      return {source, target, points: points.flatMap(({x, y}) => [x, y])};
    }),
    width,
    height,
  };
}
