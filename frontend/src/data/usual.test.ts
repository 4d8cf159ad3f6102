import {describe, expect, it} from 'vitest';
import {USUAL} from '../catalog';
import {isUnusual, usualOf, withUsual} from './usual';

describe('usualOf', () => {
  it('holds for variables whose names end so, and for layers that have one', () => {
    expect(usualOf('update.ratio', ['a/kernel'])).toBe(USUAL['update.ratio']);
    expect(usualOf('update.ratio', ['a/bias', 'a/recurrent_kernel'])).toBeDefined();
    expect(usualOf('update.ratio', ['a/bias'])).toBeUndefined();
    expect(usualOf('activation.std')).toBeDefined();
    expect(usualOf('toString')).toBeUndefined();
  });
});

describe('isUnusual', () => {
  it.each([
    ['gradient.l2', 0, true],
    ['gradient.l2', 1e-9, false],
    ['update.ratio', 1e-14, true],
    ['update.ratio', 1e-3, false],
    ['weight.growth', 1000, true],
    ['activation.zero_fraction', 0.46, false],
    ['activation.zero_fraction', NaN, false],
  ])('%s of %d: %s', (key, value, unusual) => {
    expect(isUnusual(usualOf(key, ['kernel']), value)).toBe(unusual);
  });
  it('says nothing where no range or no number is known', () => {
    expect(isUnusual(undefined, 5)).toBe(false);
    expect(isUnusual(usualOf('activation.std'), undefined)).toBe(false);
  });
});

describe('withUsual', () => {
  it('adds the range', () => {
    expect(withUsual('Dead units.', 'activation.dead_fraction')).toBe(
      'Dead units. In healthy runs: up to 20 %.',
    );
    expect(withUsual('Growth.', 'weight.growth')).toBe(
      'Growth. In healthy runs of kernels: 0.5 to 5.',
    );
    expect(withUsual('Mean.', 'activation.mean')).toBe('Mean.');
  });
});
