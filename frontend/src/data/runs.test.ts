import {describe, expect, it} from 'vitest';
import type {RunInfo} from '../api/types';
import {ageOf, newestRun} from './runs';

const run = (name: string, wall_time: number | null) => ({name, wall_time}) as RunInfo;

describe('newestRun', () => {
  it('is the one written to last, the first of several', () => {
    expect(newestRun([run('a', 1), run('b', 3), run('c', 3)])?.name).toBe('b');
    expect(newestRun([])).toBeUndefined();
  });
  it('is one without a known time only where all are', () => {
    expect(newestRun([run('a', null), run('b', -5)])?.name).toBe('b');
    expect(newestRun([run('b', -5), run('a', null)])?.name).toBe('b');
    expect(newestRun([run('a', null), run('b', null)])?.name).toBe('a');
  });
});

describe('ageOf', () => {
  it('is never negative, and not known where the time is not', () => {
    expect(ageOf(run('a', 40), 100)).toBe(60);
    expect(ageOf(run('a', 140), 100)).toBe(0);
    expect(ageOf(run('a', null), 100)).toBeUndefined();
  });
});
