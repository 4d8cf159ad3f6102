import {describe, expect, it} from 'vitest';
import {summariesQuery} from './summaries';
import {encodeContainer} from './testing';

const RUN = {
  health: 'healthy',
  health_text: 'no findings',
  worst: null,
  epochs: 1,
  logs: {val_loss: 'NaN'},
  learning_rate: null,
  seconds: null,
  updated: 5,
  settings: {loss: 'mse', units: 1},
  hyperparameters: {units: 64},
};

describe('summariesQuery', () => {
  it('gives each run its part of the curves, and its numbers, non-finite ones too', async () => {
    const meta = {
      runs: [
        {...RUN, run: 'a', loss: '-Infinity'},
        {...RUN, run: 'b', loss: 0.5},
      ],
      differing: ['units'],
      metric: 'val_loss',
    };
    const answer = encodeContainer(meta, [
      {name: 'curve_steps', shape: [3], data: new Float64Array([0, 10, 5])},
      {name: 'curve', shape: [3], data: new Float32Array([1, 2, 3])},
      {name: 'curve_ends', shape: [2], data: new Int32Array([2, 3])},
    ]);
    const {value} = await summariesQuery().decode(new Response(answer));
    const [a, b] = value.runs;
    expect([a.name, a.loss, a.learningRate]).toEqual(['a', -Infinity, undefined]);
    expect(a.logs.get('val_loss')).toBeNaN();
    expect([[...a.curveSteps], [...a.curve]]).toEqual([
      [0, 10],
      [1, 2],
    ]);
    expect([[...b.curveSteps], [...b.curve], b.loss]).toEqual([[5], [3], 0.5]);
    expect(b.configuration).toEqual(
      new Map<string, unknown>([
        ['loss', 'mse'],
        ['units', 64],
      ]),
    );
  });
});
