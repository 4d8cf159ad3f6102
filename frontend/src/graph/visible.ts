/** The visible nodes of a model's graph: open and closed blocks, and the edges between them. Pure. */

import type {LayerInfo} from '../api/types';

export interface GraphNode {
  /** Index in the model's layers. */
  readonly layer: number;
  /** The open block around it, -1 at the top. */
  readonly parent: number;
  /** Layers inside it. */
  readonly children: number;
  /** Whether its layers are shown inside it. */
  readonly open: boolean;
}

/** Indices of two layers, or two nodes. */
export type Edge = readonly [number, number];

export interface VisibleGraph {
  /** Blocks before what is in them. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
  /** Whether no connection is recorded, and edges follow the order of the layers. */
  readonly assumed: boolean;
}

/**
 * Chooses nodes and edges.
 *
 * Args:
 *   layers: Of the model; a parent comes before its children or after, both occur.
 *   edges: Pairs of indices in `layers`.
 *   open: Paths of the blocks that show their layers.
 */
export function visibleGraph(
  layers: readonly LayerInfo[],
  edges: readonly Edge[],
  open: ReadonlySet<string>,
): VisibleGraph {
  const children = childrenOf(layers);
  const nodes: GraphNode[] = [];
  const add = (layer: number, parent: number) => {
    const inner = children.get(layer) ?? [];
    const isOpen = inner.length > 0 && open.has(layers[layer].path);
    nodes.push({layer, parent, children: inner.length, open: isOpen});
    if (isOpen) inner.forEach((child) => add(child, layer));
  };
  (children.get(-1) ?? []).forEach((layer) => add(layer, -1));
  const lifted = liftEdges(layers, nodes, edges);
  const assumed = edges.length === 0;
  return {nodes, edges: assumed ? inOrder(nodes) : lifted, assumed};
}

/** Layers by their parent; a parent that is missing or part of a cycle counts as none. */
export function childrenOf(layers: readonly LayerInfo[]): Map<number, number[]> {
  const children = new Map<number, number[]>();
  layers.forEach(({parent}, layer) => {
    const valid = parent >= 0 && parent < layers.length && !isInside(layers, parent, layer);
    const key = valid ? parent : -1;
    const found = children.get(key);
    if (found) found.push(layer);
    else children.set(key, [layer]);
  });
  return children;
}

/** Whether a layer is another one, or lies in it, by the chain of its parents. */
function isInside(layers: readonly LayerInfo[], layer: number, other: number): boolean {
  let at = layer;
  for (let depth = 0; at >= 0 && at < layers.length && depth <= layers.length; depth++) {
    if (at === other) return true;
    at = layers[at].parent;
  }
  return at >= 0; // a cycle among the parents
}

/** Edges between visible nodes: a layer inside a closed block becomes the block, an open block a layer in it. */
function liftEdges(
  layers: readonly LayerInfo[],
  nodes: readonly GraphNode[],
  edges: readonly Edge[],
): [number, number][] {
  const shown = new Map(nodes.map((node) => [node.layer, node]));
  const lift = (layer: number): number => {
    let at = layer;
    while (at >= 0 && at < layers.length && !shown.has(at)) at = layers[at].parent;
    return shown.has(at) ? at : -1;
  };
  const end = (layer: number, last: boolean): number => {
    let at = lift(layer);
    while (shown.get(at)?.open) {
      const inner = nodes.filter((node) => node.parent === at);
      at = (last ? inner.at(-1) : inner[0])!.layer;
    }
    return at;
  };
  const seen = new Set<string>();
  const lifted: [number, number][] = [];
  for (const [from, to] of edges) {
    const [source, target] = [end(from, true), end(to, false)];
    const key = `${source} ${target}`;
    if (source < 0 || target < 0 || source === target || seen.has(key)) continue;
    seen.add(key);
    lifted.push([source, target]);
  }
  return lifted;
}

/** One node after the other, as the model lists them. */
function inOrder(nodes: readonly GraphNode[]): [number, number][] {
  const leaves = nodes.filter((node) => !node.open).map((node) => node.layer);
  return leaves.slice(1).map((layer, index) => [leaves[index], layer]);
}

export const MOST_NODES = 60; // more would not be readable

/** The blocks to open at first: the outermost ones, until more than `most` nodes would be shown. */
export function initialOpen(layers: readonly LayerInfo[], most = MOST_NODES): Set<string> {
  const children = childrenOf(layers);
  const open = new Set<string>();
  let shown = children.get(-1)?.length ?? 0;
  let level = children.get(-1) ?? [];
  while (level.length) {
    const blocks = level.filter((layer) => children.has(layer));
    const added = blocks.reduce((sum, layer) => sum + children.get(layer)!.length, 0);
    if (!added || shown + added > most) break;
    blocks.forEach((layer) => open.add(layers[layer].path));
    shown += added;
    level = blocks.flatMap((layer) => children.get(layer)!);
  }
  return open;
}
