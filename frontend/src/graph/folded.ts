/** The layers of a long model as rows that fold by block, as the graph's nodes do. Pure. */

import type {LayerInfo} from '../api/types';
import {MOST_NODES, childrenOf} from './visible';

/** A layer, a block, or a layer that holds others and so is both. */
export interface FoldedRow {
  readonly path: string;
  /** How many blocks are around it. */
  readonly depth: number;
  /** Paths of the layers with a row inside it; none where it is no block. */
  readonly inside: readonly string[];
  readonly open: boolean;
}

/** Rows that a model has before it is folded. */
export const LONGEST_UNFOLDED = 40;

/**
 * The rows, in model order.
 *
 * Args:
 *   layers: Of the model, blocks among them.
 *   listed: Paths of the layers that have a row of their own.
 *   open: Paths of the open blocks.
 */
export function foldedRows(
  layers: readonly LayerInfo[],
  listed: ReadonlySet<string>,
  open: ReadonlySet<string>,
): FoldedRow[] {
  const children = childrenOf(layers);
  const inside = listedInside(layers, children, listed);
  const rows: FoldedRow[] = [];
  const add = (layer: number, depth: number) => {
    const {path} = layers[layer];
    const [own, within] = [listed.has(path), inside.get(layer)!];
    const isBlock = within.length > (own ? 0 : 1);
    const isOpen = isBlock && open.has(path);
    if (own || isBlock) rows.push({path, depth, inside: isBlock ? within : [], open: isOpen});
    if (isOpen || !isBlock) {
      const deeper = depth + (isBlock ? 1 : 0);
      for (const child of children.get(layer) ?? []) add(child, deeper);
    }
  };
  for (const layer of children.get(-1) ?? []) add(layer, 0);
  return rows;
}

/** Of each layer, the listed ones inside it. */
function listedInside(
  layers: readonly LayerInfo[],
  children: ReadonlyMap<number, readonly number[]>,
  listed: ReadonlySet<string>,
): Map<number, readonly string[]> {
  const inside = new Map<number, readonly string[]>();
  const collect = (layer: number): readonly string[] => {
    const {path} = layers[layer];
    const found = (children.get(layer) ?? []).flatMap(collect);
    inside.set(layer, found);
    return listed.has(path) ? [path, ...found] : found;
  };
  (children.get(-1) ?? []).forEach(collect);
  return inside;
}

/**
 * The blocks around some layers, those of the first ones as far as the rows stay few.
 *
 * Args:
 *   wanted: Paths of layers, the most important first.
 *   open: Paths of the blocks that are open anyway.
 */
export function openAround(
  layers: readonly LayerInfo[],
  listed: ReadonlySet<string>,
  wanted: readonly string[],
  open: ReadonlySet<string>,
): Set<string> {
  const places = new Map(layers.map(({path}, place) => [path, place]));
  let result = new Set(open);
  for (const path of wanted) {
    const around = blocksAround(layers, places.get(path) ?? -1);
    if (around.every((block) => result.has(block))) continue;
    const more = new Set([...result, ...around]);
    if (foldedRows(layers, listed, more).length > MOST_NODES) break;
    result = more;
  }
  return result;
}

function blocksAround(layers: readonly LayerInfo[], place: number): string[] {
  const found: string[] = [];
  let at = layers[place]?.parent ?? -1;
  for (; layers[at] && found.length < layers.length; at = layers[at].parent) {
    found.push(layers[at].path);
  }
  return found;
}
