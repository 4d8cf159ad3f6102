import {describe, expect, it} from 'vitest';
import {statisticOf, valuesKey} from './queries';

describe('statisticOf', () => {
  it('gives back the statistic of an array, also a metric whose name holds slashes', () => {
    expect(statisticOf(valuesKey('l2'))).toBe('l2');
    expect(statisticOf(valuesKey('val/top_5/accuracy', 'max'))).toBe('val/top_5/accuracy');
  });
});
