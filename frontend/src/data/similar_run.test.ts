import {describe, expect, it} from 'vitest';
import type {RunSummary, Setting} from '../api/summaries';
import {mostSimilar} from './similar_run';

const run = (name: string, updated: number, settings: Record<string, Setting>) =>
  ({name, updated, configuration: new Map(Object.entries(settings))}) as unknown as RunSummary;

describe('mostSimilar', () => {
  const own = run('own', 100, {optimizer: 'Adam', units: 8});
  it('is the one with the most settings in common', () => {
    const near = run('near', 0, {optimizer: 'Adam', units: 9});
    const far = run('far', 99, {optimizer: 'SGD', units: 9});
    expect(mostSimilar([own, far, near], 'own')?.name).toBe('near');
  });
  it('is the nearest in time of equal ones', () => {
    const old = run('old', 10, {optimizer: 'Adam', units: 8});
    const late = run('late', 130, {optimizer: 'Adam', units: 8});
    expect(mostSimilar([old, own, late], 'own')?.name).toBe('late');
  });
  it('is nothing where there is no other run', () => {
    expect(mostSimilar([own], 'own')).toBeUndefined();
  });
});
