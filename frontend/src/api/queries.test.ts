import {describe, expect, it} from 'vitest';
import {statisticOf, tableQuery, valuesKey} from './queries';
import {encodeContainer} from './testing';

describe('statisticOf', () => {
  it('gives back the statistic of an array, also a metric whose name holds slashes', () => {
    expect(statisticOf(valuesKey('l2'))).toBe('l2');
    expect(statisticOf(valuesKey('val/top_5/accuracy', 'max'))).toBe('val/top_5/accuracy');
  });
});

describe('tableQuery', () => {
  it('reads the statistics that the run has, and asks for all where none are named', async () => {
    const {url, decode} = tableQuery({run: 'a', kind: 'input'});
    expect(url).toBe('table?run=a&kind=input&pool=last&width=1500');
    const answer = encodeContainer({kind: 'input', names: ['x'], samples: 2, statistics: ['min']}, [
      {name: 'steps', shape: [2], data: Float64Array.of(0, 5)},
      {name: 'first_steps', shape: [2], data: Float64Array.of(0, 5)},
      {name: 'min/last', shape: [1, 2], data: Float32Array.of(-1, 1)},
    ]);
    const {value} = await decode(new Response(answer));
    expect([...value.values.keys()]).toEqual(['min/last']);
  });
});
