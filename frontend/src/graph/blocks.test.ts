import {describe, expect, it} from 'vitest';
import {openBlocks, toggleBlock} from './blocks';

const initial = new Set(['a', 'b']);

describe('toggleBlock', () => {
  it('closes what was open at first, and opens it again without a trace', () => {
    const closed = toggleBlock(initial, '', 'a');
    expect([...openBlocks(initial, closed)]).toEqual(['b']);
    expect(toggleBlock(initial, closed, 'a')).toBe('');
  });
  it('opens what was closed at first, and keeps other changes', () => {
    const changes = toggleBlock(initial, '-a', 'c/d');
    expect([...openBlocks(initial, changes)].sort()).toEqual(['b', 'c/d']);
    expect(toggleBlock(initial, changes, 'c/d')).toBe('-a');
  });
});

describe('openBlocks', () => {
  it('ignores what an address holds that stands for nothing', () => {
    expect([...openBlocks(initial, 'x\n\n+')]).toEqual(['a', 'b', '']);
  });
});
