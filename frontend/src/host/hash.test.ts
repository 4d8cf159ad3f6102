import {describe, expect, it} from 'vitest';
import {mergeHash, pluginEntries} from './hash';

describe('pluginEntries', () => {
  it('reads only the plugin’s own keys, decoded', () => {
    const hash = '#keras_inspect&p.other.run=x&p.keras_inspect.run=a%2Fb%26c&darkMode=true';
    expect([...pluginEntries(hash, 'keras_inspect')]).toEqual([['run', 'a/b&c']]);
  });
  it('reads nothing from nothing, and bad escapes as they are', () => {
    expect(pluginEntries('', 'keras_inspect').size).toBe(0);
    expect(pluginEntries('#p.keras_inspect.run=%E0%A4%A', 'keras_inspect').get('run')).toBe(
      '%E0%A4%A',
    );
  });
});

describe('mergeHash', () => {
  it('keeps what is not the plugin’s and replaces what is', () => {
    const merged = mergeHash(
      '#scalars&p.other.a=1&p.keras_inspect.run=old&p.keras_inspect.gone=1&tagFilter=x',
      'keras_inspect',
      new Map([['run', 'a b/ü&=']]),
    );
    expect(merged).toBe(
      '#keras_inspect&p.other.a=1&tagFilter=x&p.keras_inspect.run=a%20b%2F%C3%BC%26%3D',
    );
  });
  it('is undone by pluginEntries for any text', () => {
    const entries = new Map([
      ['layer', '<img src=x onerror=alert(1)>'],
      ['filter', '^conv.*/kernel$|a&b=c#d%'],
    ]);
    expect(pluginEntries(mergeHash('', 'keras_inspect', entries), 'keras_inspect')).toEqual(
      entries,
    );
  });
});
