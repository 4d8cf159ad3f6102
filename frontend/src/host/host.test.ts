import {signal} from '@preact/signals';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {Address} from './host';

/** As much of a window as an address needs. */
function page(hash: string) {
  const listeners: (() => void)[] = [];
  const before: string[] = []; // where Back would lead, the nearest last
  const outer = {
    location: {hash, pathname: '/', search: ''},
    history: {
      state: null,
      replaceState: (_state: unknown, _title: string, url: string) => {
        outer.location.hash = url.slice(url.indexOf('#'));
      },
      pushState: (state: unknown, title: string, url: string) => {
        before.push(outer.location.hash);
        outer.history.replaceState(state, title, url);
      },
    },
    addEventListener: (_type: string, listener: () => void) => listeners.push(listener),
  };
  return {
    outer,
    before,
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

  it('keeps the place before for Back, but not how the page looked', () => {
    const {outer, before, access} = page(address('a'));
    const write = (...entries: [string, string][]) => {
      access.writeState(new Map(entries));
      vi.advanceTimersByTime(1000);
    };
    access.readState();
    write(['run', 'a'], ['filter', 'x']);
    expect(before).toEqual([]);
    write(['run', 'a'], ['filter', 'x'], ['view', 'time']);
    write(['run', 'a'], ['filter', 'x'], ['view', 'time'], ['step', '3']);
    expect(before.map((hash) => hash.split('&').length)).toEqual([3, 4]);
    outer.location.hash = before[0];
    access.readState();
    write(['run', 'a'], ['filter', 'x']);
    expect(before.length).toBe(2);
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
