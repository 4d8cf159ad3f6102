import {describe, expect, it} from 'vitest';
import type {MapStack} from '../api/types';
import {mainInput, partOf, tokenInput} from './inputs';

const ids = (name: string, ...values: number[]) =>
  ({
    name,
    layout: 'ids',
    shape: [1, 1, 1, values.length],
    values: Float32Array.from(values),
  }) as unknown as MapStack;

const mask = ids('padding_mask', 1, 1, 1, 0);
const segments = ids('segment_ids', 0, 1, 2, 3);
const tokens = ids('token_ids', 7, 9, 4, 0);

describe('tokenInput', () => {
  it('prefers tokens to what stands beside them, in any order', () => {
    expect(tokenInput([mask, segments, tokens])).toBe(tokens);
    expect(mainInput([mask, tokens])).toBe(tokens);
  });

  it('knows a mask without a telling name by its two values', () => {
    const [a, b] = [ids('a', 1, 1, 0, 0), ids('b', 5, 2, 3, 4)];
    expect(tokenInput([a, b])).toBe(b);
  });

  it('takes the input of the length and of the part', () => {
    const short = ids('decoder_token_ids', 3, 4, 5);
    const encoder = ids('encoder_token_ids', 3, 4, 5, 6);
    const decoder = ids('decoder_token_ids', 6, 5, 4, 3);
    expect(tokenInput([encoder, short], 3)).toBe(short);
    expect(tokenInput([encoder, decoder], 4, 'decoder')).toBe(decoder);
    expect(tokenInput([encoder], 9)).toBeUndefined();
  });
});

it('mainInput stays with an image that comes first', () => {
  const image = {...ids('images'), layout: 'rgb'};
  expect(mainInput([image, tokens])).toBe(image);
  expect(mainInput([])).toBeUndefined();
});

it('partOf reads the side of an encoder and decoder from the name of the layer', () => {
  expect(partOf('transformer_encoder_layer_0/self_attention', 1)).toBe('encoder');
  expect(partOf('transformer_decoder_layer_0/cross_attention', 1)).toBe('encoder');
  expect(partOf('transformer_decoder_layer_0/cross_attention', 0)).toBe('decoder');
  expect(partOf('attention', 0)).toBe('');
});
