import {describe, expect, it} from 'vitest';
import type {LayerInfo} from '../api/types';
import {withNamedBlocks} from './named_blocks';
import {MOST_NODES, initialOpen, visibleGraph} from './visible';

const flat = (...paths: string[]) =>
  paths.map((path) => ({path, parent: -1})) as unknown as LayerInfo[];
const chain = (count: number) => Array.from({length: count - 1}, (_, at) => [at, at + 1] as const);
const range = (count: number) => Array.from({length: count}, (_, at) => at);

/** As keras.applications.MobileNetV2 names its layers. */
const mobileNet = flat(
  'input_layer',
  'Conv1',
  'bn_Conv1',
  'Conv1_relu',
  ...range(17).flatMap((block) =>
    [
      'expand',
      'expand_BN',
      'expand_relu',
      'depthwise',
      'depthwise_BN',
      'project',
      'project_BN',
    ].map((part) => `block_${block}_${part}`),
  ),
  'Conv_1',
  'global_average_pooling2d',
  'predictions',
);

describe('withNamedBlocks', () => {
  it('finds the blocks of MobileNetV2', () => {
    const {layers, edges} = withNamedBlocks(mobileNet, chain(mobileNet.length));
    const blocks = layers.filter(({class_name}) => class_name === 'Block').map(({path}) => path);
    expect(blocks).toEqual(range(17).map((block) => `block_${block}`));
    const inside = layers.filter(({parent}) => layers[parent]?.path === 'block_3');
    expect(inside.map(({path}) => path)).toEqual(
      mobileNet.map(({path}) => path).filter((path) => path.startsWith('block_3_')),
    );
    // Connections still lead from each layer to the next one.
    expect(edges.map(([from, to]) => [layers[from].path, layers[to].path])).toEqual(
      chain(mobileNet.length).map(([from, to]) => [mobileNet[from].path, mobileNet[to].path]),
    );
    const graph = visibleGraph(layers, edges, initialOpen(layers));
    expect(graph.nodes.length).toBe(24);
    expect(graph.edges.length).toBe(23);
  });

  it('finds the blocks of ResNet50, not its four stages', () => {
    const names = [3, 4, 6, 3].flatMap((blocks, stage) =>
      range(blocks).flatMap((block) =>
        range(3).flatMap((part) =>
          ['conv', 'bn', 'relu'].map(
            (kind) => `conv${stage + 2}_block${block + 1}_${part + 1}_${kind}`,
          ),
        ),
      ),
    );
    const {layers} = withNamedBlocks(flat(...names), []);
    const blocks = layers.filter(({class_name}) => class_name === 'Block');
    expect(blocks.length).toBe(16);
    expect(blocks[0]).toMatchObject({path: 'conv2_block1', parent: -1});
  });

  it('works inside a layer that holds a model', () => {
    const outer = {path: 'base', parent: -1} as LayerInfo;
    const inner = mobileNet.map(({path}) => ({path: `base/${path}`, parent: 0}) as LayerInfo);
    const {layers} = withNamedBlocks([outer, ...inner], []);
    const block = layers.find(({path}) => path === 'base/block_0')!;
    expect(layers[block.parent].path).toBe('base');
  });

  it('leaves small models, and names that tell of no blocks, as they are', () => {
    const few = flat(...range(MOST_NODES).map((at) => `block_${at % 5}_part_${at}`));
    expect(withNamedBlocks(few, []).layers).toBe(few);
    const counted = flat(...range(100).map((at) => `conv2d${at}`));
    expect(withNamedBlocks(counted, []).layers).toBe(counted);
  });

  it('takes no name that a layer has', () => {
    const names = ['block_0', ...range(99).map((at) => `block_${at % 9}_part${at}`)];
    const {layers} = withNamedBlocks(flat(...names), []);
    const paths = layers.map(({path}) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toContain('block_1');
  });
});
