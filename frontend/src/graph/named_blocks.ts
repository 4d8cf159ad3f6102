/** Blocks that only the names of layers show, as in models that Keras lists flat. Pure. */

import type {LayerInfo} from '../api/types';
import {type Edge, MOST_NODES, childrenOf} from './visible';

interface BlockedModel {
  readonly layers: readonly LayerInfo[];
  readonly edges: readonly Edge[];
}

/**
 * Adds a block around layers whose names begin alike, where too many are side by side.
 *
 * Of `block_1_expand`, `block_1_project`, ... and `conv2_block1_1_conv`, ... that is `block_1` and
 * `conv2_block1`: the beginning, up to some number of words, that makes neither few large blocks nor
 * many small ones.
 */
export function withNamedBlocks(
  layers: readonly LayerInfo[],
  edges: readonly Edge[],
): BlockedModel {
  const taken = new Set(layers.map(({path}) => path));
  const blocks = new Map<number, string>(); // of a layer, the path of its new block
  for (const [parent, children] of childrenOf(layers)) {
    if (children.length <= MOST_NODES) continue;
    const inside = parent < 0 ? '' : `${layers[parent].path}/`;
    const names = children.map((child) => layers[child].path.slice(inside.length));
    const groups = grouping(names);
    children.forEach((child, place) => {
      const path = inside + (groups.get(names[place]) ?? '');
      if (groups.has(names[place]) && !taken.has(path)) blocks.set(child, path);
    });
  }
  return blocks.size ? insert(layers, edges, blocks) : {layers, edges};
}

/** The block of each name that is in one: the number of words that comes nearest to balance. */
function grouping(names: readonly string[]): ReadonlyMap<string, string> {
  const wanted = 2 * Math.sqrt(names.length);
  let best = new Map<string, string>();
  let distance = Math.log(names.length / wanted);
  for (let words = 1; words <= MOST_WORDS; words++) {
    const blocks = blocksOf(names, words);
    const shown = names.length - blocks.size + new Set(blocks.values()).size;
    const found = Math.abs(Math.log(shown / wanted));
    if (found < distance) [best, distance] = [blocks, found];
  }
  return best;
}

const MOST_WORDS = 6;
const FEWEST = 3; // fewer layers make no block

function blocksOf(names: readonly string[], words: number): Map<string, string> {
  const members = new Map<string, string[]>();
  for (const name of names) {
    const prefix = beginning(name, words);
    if (!prefix) continue;
    const inside = members.get(prefix);
    if (inside) inside.push(name);
    else members.set(prefix, [name]);
  }
  const groups = [...members].filter(([, inside]) => inside.length >= FEWEST);
  return new Map(groups.flatMap(([prefix, inside]) => inside.map((name) => [name, prefix])));
}

/** The first words of a name, undefined where it has no more than these. */
function beginning(name: string, words: number): string | undefined {
  const ends = [...name.matchAll(/[_/]/g)];
  return ends.length < words ? undefined : name.slice(0, ends[words - 1].index) || undefined;
}

/** Each block before the first layer in it; what counts in the old list counts in the new one. */
function insert(
  layers: readonly LayerInfo[],
  edges: readonly Edge[],
  blocks: ReadonlyMap<number, string>,
): BlockedModel {
  const places = new Map<string, number>();
  const moved: number[] = [];
  const all: LayerInfo[] = [];
  layers.forEach((layer, old) => {
    const path = blocks.get(old);
    if (path !== undefined && !places.has(path)) {
      places.set(path, all.length);
      all.push(blockInfo(path, layer));
    }
    moved.push(all.length);
    all.push(layer);
  });
  const renumber = (old: number) => moved[old] ?? -1;
  layers.forEach((layer, old) => {
    const block = places.get(blocks.get(old) ?? '');
    const parent = block ?? renumber(layer.parent);
    all[moved[old]] = {...layer, parent};
    if (block !== undefined) all[block] = {...all[block], parent: renumber(layer.parent)};
  });
  return {
    layers: all,
    edges: edges.map(([source, target]) => [renumber(source), renumber(target)]),
  };
}

function blockInfo(path: string, first: LayerInfo): LayerInfo {
  return {
    path,
    class_name: 'Block',
    activation: '',
    parent: first.parent,
    output_shape: [],
    parameters: 0,
    trainable: first.trainable,
    dtype: first.dtype,
  };
}
