import {describe, expect, it} from 'vitest';
import {samplesQuery} from './samples';
import {encodeContainer} from './testing';

describe('samplesQuery', () => {
  it('reads each example with its numbers and when it was seen', async () => {
    const meta = {
      step: 20,
      batch_size: 64,
      summary: '1 of 64',
      columns: ['label'],
      fingerprints: ['07', ''],
      inputs: [
        [
          {name: 'x', layout: 'rgb'},
          {name: 'words', text: 'a b'},
        ],
        [],
      ],
    };
    const floats = (name: string, ...data: number[]) => ({
      name,
      shape: [data.length],
      data: Float32Array.from(data),
    });
    const steps = (name: string, ...data: number[]) => ({
      name,
      shape: [data.length],
      data: Float64Array.from(data),
    });
    const answer = encodeContainer(meta, [
      floats('loss', 4, 1),
      floats('share', 0.5, NaN),
      floats('column0', 3, 8),
      steps('example0/steps', 10, 20),
      floats('example0/loss', 2, 4),
      steps('example1/steps'),
      floats('example1/loss'),
      {name: 'example0/input0/codes', shape: [1, 1, 1, 2], data: Uint8Array.from([0, 254])},
      floats('example0/input0/scale', 2),
      floats('example0/input0/offset', 1),
      steps('steps', 10, 20),
      floats('lowest', 0, 0),
      floats('median', 1, 1),
      floats('highest', 2, 4),
    ]);
    const {url, decode} = samplesQuery('a', 20);
    expect(url).toBe('samples?run=a&step=20&width=1500');
    const {value} = await decode(new Response(answer));
    expect(value.worst.map(({loss, fingerprint}) => [loss, fingerprint])).toEqual([
      [4, '07'],
      [1, ''],
    ]);
    expect(value.worst[0].numbers.get('label')).toBe(3);
    expect([...value.worst[0].seen.steps]).toEqual([10, 20]);
    const [picture, words] = value.worst[0].inputs;
    expect('stack' in picture && picture.stack.shape).toEqual([1, 1, 1, 2]);
    expect(words).toEqual({name: 'words', text: 'a b'});
    expect(value.worst[1].inputs).toEqual([]);
    expect([...value.highest]).toEqual([2, 4]);
  });
});
