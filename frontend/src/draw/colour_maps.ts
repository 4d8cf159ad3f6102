/** Colour maps as tables of 256 colours: 0 is missing, 1 exactly zero, 255 non-finite (see codes.ts). */

import {CODE_HIGH, CODE_LOW, CODE_MISSING, CODE_NONFINITE, CODE_ZERO} from './codes';

export type ThemeName = 'light' | 'dark';
export const SEQUENTIAL = ['viridis', 'inferno', 'cividis', 'greys'] as const;
export type SequentialMap = (typeof SEQUENTIAL)[number];
export type ColourMapName = SequentialMap | 'diverging';

type Rgb = readonly [number, number, number];

const ANCHORS: Record<SequentialMap, string> = {
  viridis:
    '440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e ' +
    '1f988b 22a884 35b779 54c568 7ad151 a5db36 d2e21b fde725',
  inferno:
    '000004 0c0826 240c4f 420a68 5d126e 781c6d 932667 ae305c ' +
    'c73e4c dd513a ed6925 f8850f fca50a fac62d f2e661 fcffa4',
  cividis: '00204c 00306f 2a406c 48526b 5e626e 727374 878479 9e9677 b6a971 d0be67 ead357 ffea46',
  greys: '111111 f5f5f5',
};

// Blue below, orange above: distinguishable for people who confuse red and green. The middle is the theme's
// background, so that "no change" recedes.
const DIVERGING: Record<ThemeName, string> = {
  light: '123f78 3f7fc0 9dc3e6 f4f4f4 f3bc82 d9771f 8a3b00',
  dark: 'a9d4ff 5b9bd8 2f5f92 333333 96561c d98a3d ffcf9e',
};

/** Magenta occurs in none of the maps. */
export const NONFINITE: Rgb = [236, 0, 140];
const ZERO: Record<ThemeName, Rgb> = {light: [158, 158, 158], dark: [110, 110, 110]};

const cache = new Map<string, Uint32Array>();

/**
 * Colours by code, as 32-bit ABGR words for a `Uint32Array` over `ImageData`.
 *
 * Returns: Uint32Array[256], shared: do not write to it.
 */
export function colourTable(name: ColourMapName, theme: ThemeName): Uint32Array {
  const key = `${name} ${theme}`;
  let table = cache.get(key);
  if (!table) {
    table = buildTable(name === 'diverging' ? DIVERGING[theme] : ANCHORS[name], theme);
    cache.set(key, table);
  }
  return table;
}

/** 256 opaque colours with no special codes, for pictures of codes 0..254; 255 is non-finite. */
export function pictureTable(name: ColourMapName, theme: ThemeName): Uint32Array {
  const key = `picture ${name} ${theme}`;
  let table = cache.get(key);
  if (!table) {
    const anchors = parse(name === 'diverging' ? DIVERGING[theme] : ANCHORS[name]);
    table = Uint32Array.from({length: 256}, (_, code) => pack(interpolate(anchors, code / 254)));
    table[CODE_NONFINITE] = pack(NONFINITE);
    cache.set(key, table);
  }
  return table;
}

/** CSS colour of a position 0..1. */
export function cssColour(name: ColourMapName, theme: ThemeName, position: number): string {
  const anchors = parse(name === 'diverging' ? DIVERGING[theme] : ANCHORS[name]);
  return `rgb(${interpolate(anchors, position).join(' ')})`;
}

/** A CSS gradient of the whole map, for legends. */
export function cssGradient(name: ColourMapName, theme: ThemeName): string {
  const stops = Array.from({length: 17}, (_, i) => cssColour(name, theme, i / 16));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

export const zeroColour = (theme: ThemeName) => `rgb(${ZERO[theme].join(' ')})`;
export const nonfiniteColour = `rgb(${NONFINITE.join(' ')})`;

function buildTable(hex: string, theme: ThemeName): Uint32Array {
  const anchors = parse(hex);
  const table = new Uint32Array(256);
  for (let code = CODE_LOW; code <= CODE_HIGH; code++) {
    table[code] = pack(interpolate(anchors, (code - CODE_LOW) / (CODE_HIGH - CODE_LOW)));
  }
  table[CODE_MISSING] = 0;
  table[CODE_ZERO] = pack(ZERO[theme]);
  table[CODE_NONFINITE] = pack(NONFINITE);
  return table;
}

function parse(hex: string): Rgb[] {
  return hex.split(' ').map((text) => {
    const value = parseInt(text, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  });
}

function interpolate(anchors: readonly Rgb[], position: number): Rgb {
  const at = Math.min(1, Math.max(0, position)) * (anchors.length - 1);
  const index = Math.min(anchors.length - 2, Math.floor(at));
  const mix = (channel: 0 | 1 | 2) => {
    const a = anchors[index][channel];
    return Math.round(a + (anchors[index + 1][channel] - a) * (at - index));
  };
  return [mix(0), mix(1), mix(2)];
}

function pack([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
