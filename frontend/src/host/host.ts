/**
 * The page around the tab: TensorBoard's own window, or none when the tab is opened by itself.
 *
 * The only module that touches `window.parent`; every use falls back to the tab's own window.
 */

import {type ReadonlySignal, effect, signal} from '@preact/signals';
import type {ThemeName} from '../draw/colour_maps';
import {mergeHash, pluginEntries} from './hash';

const PLUGIN_NAME = 'keras_inspect';

export interface Host {
  readonly theme: ReadonlySignal<ThemeName>;
  /** Whether anything of the tab can be seen: false in a hidden browser tab or plugin tab. */
  readonly visible: ReadonlySignal<boolean>;
  /** Calls back when TensorBoard has reloaded its data. */
  onReload(callback: () => void): void;
  /** Calls back when the address changed other than by `writeState`. */
  onStateChange(callback: () => void): void;
  /** The tab's own part of the address. */
  readState(): ReadonlyMap<string, string>;
  /** Writes it once it has rested for a moment; a change of `PLACES` can be taken back with Back. */
  writeState(entries: ReadonlyMap<string, string>): void;
}

/** Connects to the page that the tab runs in. */
export function connectHost(): Host {
  const outer = outerWindow();
  const visible = watchVisibility();
  effect(() => {
    if (visible.value) takeFocus(outer);
  });
  return {
    theme: watchTheme(outer),
    visible,
    onReload: (callback) => listenForReload(outer, callback),
    ...new Address(outer, visible).access,
  };
}

const REST_MILLISECONDS = 150; // the address takes 10 ms to write: too much for each frame of a scrub

/** Entries of the address that say where one is; the others say how it looks. */
const PLACES = ['run', 'view', 'finding', 'step', 'compare'];

/** Our part of the address: written late, read at once. */
export class Address {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private held = ''; // what we last read or wrote
  private place = ''; // of it, where we are

  constructor(
    private readonly outer: Window,
    private readonly visible: ReadonlySignal<boolean>,
  ) {}

  get access(): Pick<Host, 'onStateChange' | 'readState' | 'writeState'> {
    return {
      onStateChange: (callback) =>
        this.outer.addEventListener('hashchange', () => {
          // Other plugins share the address: what they change must not undo what waits here.
          if (textOf(this.entries()) !== this.held) callback();
        }),
      readState: () => {
        clearTimeout(this.timer);
        const entries = this.entries();
        this.hold(entries);
        return entries;
      },
      writeState: (entries) => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.write(entries), REST_MILLISECONDS);
      },
    };
  }

  /** Remembers them; returns whether they are another place than those before. */
  private hold(entries: ReadonlyMap<string, string>): boolean {
    const before = this.place;
    this.held = textOf(entries);
    this.place = JSON.stringify(PLACES.map((key) => entries.get(key)));
    return this.place !== before;
  }

  private entries(): ReadonlyMap<string, string> {
    return pluginEntries(this.outer.location.hash, PLUGIN_NAME);
  }

  private write(entries: ReadonlyMap<string, string>): void {
    if (!this.visible.peek()) return; // another plugin's tab owns the address then
    if (textOf(this.entries()) !== this.held) return; // somebody has changed it: that is read instead
    const {location, history} = this.outer;
    const hash = mergeHash(location.hash, PLUGIN_NAME, entries);
    const moved = this.hold(entries);
    if (hash === location.hash) return;
    // In full: a bare hash counts from the page's base address, which is another path.
    const url = location.pathname + location.search + hash;
    if (moved) history.pushState(history.state, '', url);
    else history.replaceState(history.state, '', url);
  }
}

const textOf = (entries: ReadonlyMap<string, string>) => JSON.stringify([...entries].sort());

/** TensorBoard's window where it can be reached, else the tab's own. */
function outerWindow(): Window {
  try {
    return window.parent.document.body ? window.parent : window; // throws across origins
  } catch {
    return window;
  }
}

function watchTheme(outer: Window): ReadonlySignal<ThemeName> {
  if (outer === window) return watchSystemTheme();
  const body = outer.document.body;
  const read = (): ThemeName => (body.classList.contains('dark-mode') ? 'dark' : 'light');
  const theme = signal(read());
  const observer = new MutationObserver(() => (theme.value = read()));
  observer.observe(body, {attributes: true, attributeFilter: ['class']});
  return theme;
}

function watchSystemTheme(): ReadonlySignal<ThemeName> {
  const query = window.matchMedia('(prefers-color-scheme: dark)');
  const theme = signal<ThemeName>(query.matches ? 'dark' : 'light');
  query.addEventListener('change', () => (theme.value = query.matches ? 'dark' : 'light'));
  return theme;
}

/** Keys go to the frame as soon as it is in front, unless somebody is typing in the page around it. */
function takeFocus(outer: Window): void {
  if (!outer.document.activeElement?.closest('input, textarea, select')) window.focus();
}

/** A plugin's frame stays alive when another tab is chosen, with no height. */
function watchVisibility(): ReadonlySignal<boolean> {
  const read = () => !document.hidden && window.innerHeight > 0 && window.innerWidth > 0;
  const visible = signal(read());
  const update = () => (visible.value = read());
  document.addEventListener('visibilitychange', update);
  window.addEventListener('resize', update);
  return visible;
}

interface GuestMessage {
  type: string;
  id: number;
  isReply: boolean;
}

/** TensorBoard's plugin protocol: a message port, JSON both ways, every message answered. */
function listenForReload(outer: Window, callback: () => void): void {
  if (outer === window) return;
  const channel = new MessageChannel();
  channel.port1.onmessage = (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as GuestMessage;
    if (message.isReply) return;
    const {type, id} = message;
    channel.port1.postMessage(
      JSON.stringify({type, id, payload: null, error: null, isReply: true}),
    );
    if (type === 'experimental.DataReloaded') callback();
  };
  outer.postMessage('experimental.bootstrap', '*', [channel.port2]);
}
