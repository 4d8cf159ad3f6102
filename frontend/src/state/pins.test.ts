import {describe, expect, it} from 'vitest';
import {MOST_PINS, readPins, togglePin} from './pins';

describe('pins', () => {
  it('are set and let go', () => {
    const both = togglePin(togglePin('', 'a/b'), 'c');
    expect(readPins(both)).toEqual(['a/b', 'c']);
    expect(readPins(togglePin(both, 'a/b'))).toEqual(['c']);
  });
  it('make room for the newest', () => {
    let pins = '';
    for (let i = 0; i <= MOST_PINS; i++) pins = togglePin(pins, `layer_${i}`);
    expect(readPins(pins)).toEqual(['layer_1', 'layer_2', 'layer_3', 'layer_4']);
  });
});
