import {describe, expect, it} from 'vitest';
import {ContainerError, arrayOf, decodeContainer} from './container';
import {encodeContainer} from './testing';

describe('decodeContainer', () => {
  it('gives back meta and arrays of every dtype, non-finite values included', () => {
    const container = decodeContainer(
      encodeContainer({step: 3, name: '<img src=x>'}, [
        {name: 'a', shape: [2, 2], data: new Float32Array([1, NaN, -Infinity, 4])},
        {name: 'b', shape: [3], data: new Uint8Array([0, 254, 255])},
        {name: 'c', shape: [1], data: new Float64Array([2 ** 40])},
        {name: 'd', shape: [1], data: new Int32Array([-1])},
        {name: 'e', shape: [1], data: new Uint32Array([0xffffffff])},
      ]),
    );
    expect(container.meta).toEqual({step: 3, name: '<img src=x>'});
    expect([...arrayOf(container, 'a', Float32Array).data]).toEqual([1, NaN, -Infinity, 4]);
    expect(arrayOf(container, 'a', Float32Array).shape).toEqual([2, 2]);
    expect([...arrayOf(container, 'b', Uint8Array).data]).toEqual([0, 254, 255]);
    expect(arrayOf(container, 'c', Float64Array).data[0]).toBe(2 ** 40);
    expect(arrayOf(container, 'd', Int32Array).data[0]).toBe(-1);
    expect(arrayOf(container, 'e', Uint32Array).data[0]).toBe(0xffffffff);
  });

  it('reads an empty array', () => {
    const bytes = encodeContainer({}, [{name: 'a', shape: [0, 5], data: new Float32Array(0)}]);
    expect(decodeContainer(bytes).arrays.get('a')?.shape).toEqual([0, 5]);
  });

  it('refuses what is cut off, at any length', () => {
    const whole = encodeContainer({}, [{name: 'a', shape: [2], data: new Float32Array([1, 2])}]);
    for (let length = 0; length < whole.byteLength; length++) {
      expect(() => decodeContainer(whole.slice(0, length))).toThrow(ContainerError);
    }
  });

  it('refuses another magic, another version and another dtype', () => {
    const text = new TextEncoder().encode('{"error": "no such run"}').buffer;
    expect(() => decodeContainer(text)).toThrow('not a number container');
    const newer = encodeContainer({}, [], 2);
    expect(() => decodeContainer(newer)).toThrow('version 2');
    const bytes = encodeContainer({}, [{name: 'a', shape: [1], data: new Float32Array(1)}]);
    const other = new TextDecoder('latin1').decode(bytes).replace('float32', 'float16');
    const raw = Uint8Array.from(other, (character) => character.charCodeAt(0));
    expect(() => decodeContainer(raw.buffer)).toThrow('unknown dtype');
  });

  it('says which array is missing or of another type', () => {
    const container = decodeContainer(
      encodeContainer({}, [{name: 'a', shape: [1], data: new Float32Array(1)}]),
    );
    expect(() => arrayOf(container, 'b', Float32Array)).toThrow('no array "b"');
    expect(() => arrayOf(container, 'a', Uint8Array)).toThrow('not a Uint8Array');
  });
});
