import {signal} from '@preact/signals';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {Address} from './host';

/** As much of a window as an address needs. */
function page(hash: string) {
  const listeners: (() => void)[] = [];
  const outer = {
    location: {hash, pathname: '/', search: ''},
    history: {
      state: null,
      replaceState: (_state: unknown, _title: string, url: string) => {
        outer.location.hash = url.slice(url.indexOf('#'));
      },
    },
    addEventListener: (_type: string, listener: () => void) => listeners.push(listener),
  };
  return {
    outer,
    access: new Address(outer as unknown as Window, signal(true)).access,
    tell: () => listeners.forEach((listener) => listener()),
  };
}

const address = (run: string) => `#keras_inspect&p.keras_inspect.run=${run}`;
const run = (name: string) => new Map([['run', name]]);

describe('Address', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is written once, when it has rested', () => {
    const {outer, access} = page(address('a'));
    access.readState();
    access.writeState(run('b'));
    vi.advanceTimersByTime(100);
    access.writeState(run('c'));
    vi.advanceTimersByTime(100);
    expect(outer.location.hash).toBe(address('a'));
    vi.advanceTimersByTime(100);
    expect(outer.location.hash).toBe(address('c'));
  });

  it('gives way to one that somebody else has set, told of it or not yet', () => {
    for (const toldFirst of [true, false]) {
      const {outer, access, tell} = page(address('a'));
      const read = vi.fn(() => access.readState());
      access.readState();
      access.onStateChange(read);
      access.writeState(run('b'));
      outer.location.hash = address('given');
      if (toldFirst) tell();
      vi.advanceTimersByTime(1000);
      if (!toldFirst) tell();
      expect(outer.location.hash).toBe(address('given'));
      expect(read).toHaveReturnedWith(run('given'));
    }
  });

  it('waits on where another plugin changes its own part', () => {
    const {outer, access, tell} = page(address('a'));
    const read = vi.fn();
    access.readState();
    access.onStateChange(read);
    access.writeState(run('b'));
    outer.location.hash += '&p.other.key=1';
    tell();
    vi.advanceTimersByTime(1000);
    expect(read).not.toHaveBeenCalled();
    expect(outer.location.hash).toBe('#keras_inspect&p.other.key=1&p.keras_inspect.run=b');
  });
});
