/** A stack of pictures as a table of numbers. Pure. */

import type {Maps} from '../api/types';
import type {Sheet} from '../data/sheet';
import {axisNames} from './stacks';
import {tileValue} from '../draw/tiles';
/** The range of each map: one row for each sample and channel. */
export function mapsSheet(maps: Maps): Sheet {
  const [samples, channels] = maps.shape;
  const pixels = maps.codes.length / Math.max(1, samples * channels);
  return {
    title: `Maps of ${maps.name} at step ${maps.step}`,
    columns: [...axisNames(maps), 'smallest', 'largest', 'not finite'],
    rows: samples * channels,
    cell: (tile, column) => {
      const codes = maps.codes.subarray(tile * pixels, (tile + 1) * pixels);
      const finite = codes.filter((code) => code !== 255);
      const at = (pick: (a: number, b: number) => number) =>
        finite.length ? tileValue(maps, tile, finite.reduce(pick)) : NaN;
      return [
        maps.rows?.[Math.floor(tile / channels)] ?? Math.floor(tile / channels),
        maps.channels[tile % channels],
        at((a, b) => Math.min(a, b)),
        at((a, b) => Math.max(a, b)),
        codes.length - finite.length,
      ][column];
    },
  };
}
