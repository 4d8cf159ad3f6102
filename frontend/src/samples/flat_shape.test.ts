import {describe, expect, it} from 'vitest';
import type {MapStack} from '../api/types';
import {parseShape, pictured, shapeOfInput, squarest} from './flat_shape';

const stack = (layout: string, shape: number[]) => ({layout, shape}) as unknown as MapStack;

describe('parseShape', () => {
  it.each(['8 x 8', '8x8', ' 8 × 8 ', '8*8', '8X8'])('reads %s', (text) => {
    expect(parseShape(text, 64)).toEqual([8, 8]);
  });
  it.each(['', '8', '8 x 9', '8 x 8 x 1', 'a x b', '0 x 0'])('refuses %j', (text) => {
    expect(parseShape(text, 64)).toBeUndefined();
  });
});

describe('squarest', () => {
  it.each([
    [64, [8, 8]],
    [784, [28, 28]],
    [12, [3, 4]],
    [7, [1, 7]],
  ])('of %d', (values, shape) => {
    expect(squarest(values)).toEqual(shape);
  });
});

describe('pictured', () => {
  it('arranges flat inputs alone, and only where the shape fits', () => {
    expect(pictured(stack('vector', [4, 1, 1, 64]), '8 x 8')).toEqual([8, 8]);
    expect(pictured(stack('vector', [4, 1, 1, 60]), '8 x 8')).toEqual([1, 60]);
    expect(pictured(stack('rgb', [4, 1, 4, 16]), '8 x 8')).toEqual([4, 16]);
  });
});

describe('shapeOfInput', () => {
  it('is that of a grey picture of as many pixels', () => {
    const inputs = [stack('vector', [4, 1, 1, 256]), stack('rgb', [4, 1, 8, 32])];
    expect(shapeOfInput(inputs, 256)).toEqual([8, 32]);
    expect(shapeOfInput(inputs, 255)).toBeUndefined();
    expect(shapeOfInput([stack('rgb', [4, 3, 16, 16])], 256)).toBeUndefined();
  });
});
