import {describe, expect, it} from 'vitest';
import {
  type TileRequest,
  colourTiles,
  fitSide,
  layoutTiles,
  sharedRange,
  tileAt,
  tilePosition,
  tileValue,
} from './tiles';

const request = (more: Partial<TileRequest> = {}): TileRequest => ({
  samples: 3,
  channels: 10,
  mapWidth: 8,
  mapHeight: 8,
  side: 32,
  available: 200,
  ...more,
});

describe('layoutTiles', () => {
  it('enlarges by whole numbers and wraps channels', () => {
    const layout = layoutTiles(request());
    expect([layout.tileWidth, layout.tileHeight, layout.perLine]).toEqual([32, 32, 5]);
    expect(layoutTiles(request({mapWidth: 7, mapHeight: 7})).tileWidth).toBe(28);
  });

  it('stretches a vector over the width', () => {
    const layout = layoutTiles(request({mapWidth: 10, mapHeight: 1, channels: 1}));
    expect([layout.tileWidth, layout.tileHeight]).toEqual([200, 72]);
  });

  it('shrinks what is wider than the room', () => {
    const layout = layoutTiles(request({mapWidth: 1000, mapHeight: 1, channels: 1}));
    expect(layout.tileWidth).toBe(200);
  });
});

describe('fitSide', () => {
  it('takes the largest tiles that need no scrolling', () => {
    const many = {...request(), available: 600};
    const side = fitSide(many, 620);
    expect(layoutTiles({...many, side}).height).toBeLessThanOrEqual(620);
    expect(side).toBe(96);
    expect(fitSide(many, 10)).toBe(48);
    expect(fitSide(many, 10_000)).toBe(160);
  });
});

describe('tileAt', () => {
  it.each([
    request(),
    request({mapWidth: 5, mapHeight: 9, available: 77}),
    request({mapWidth: 10, mapHeight: 1, channels: 2}),
    request({samples: 1, channels: 1}),
  ])('finds each tile at its centre and corners, and nothing in the gaps', (asked) => {
    const layout = layoutTiles(asked);
    for (let sample = 0; sample < asked.samples; sample++) {
      for (let channel = 0; channel < asked.channels; channel++) {
        const {x, y} = tilePosition(layout, sample, channel);
        const [right, bottom] = [x + layout.tileWidth, y + layout.tileHeight];
        expect(tileAt(layout, asked, x, y)).toEqual({sample, channel, column: 0, row: 0});
        expect(tileAt(layout, asked, right - 0.1, bottom - 0.1)).toEqual({
          sample,
          channel,
          column: asked.mapWidth - 1,
          row: asked.mapHeight - 1,
        });
        expect(tileAt(layout, asked, right + 1, y)).toBeUndefined();
        expect(tileAt(layout, asked, x, bottom + 1)).toBeUndefined();
      }
    }
  });
});

const tiles = {
  codes: Uint8Array.from([0, 254, 0, 255]),
  scale: Float32Array.from([1, 0]),
  offset: Float32Array.from([0, 508]),
};
const identity = new Uint32Array(256).map((_, i) => i);

describe('colourTiles', () => {
  const colour = (range?: readonly [number, number]) => {
    const into = new Uint32Array(4);
    colourTiles(tiles, identity, range, into);
    return [...into];
  };
  it('spans the map for each tile on its own; a flat tile gets the low end', () => {
    expect(colour()).toEqual([0, 254, 0, 255]);
  });
  it('spans it over all tiles with a shared range', () => {
    expect(colour(sharedRange(tiles))).toEqual([0, 127, 254, 255]);
  });
  it('puts tiles side by side, those that do not fit below', () => {
    const three = {
      codes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      scale: Float32Array.of(1, 1, 1),
      offset: new Float32Array(3),
    };
    const into = new Uint32Array(16);
    colourTiles(three, identity, undefined, into, {width: 2, perRow: 2});
    expect([...into]).toEqual([1, 2, 5, 6, 3, 4, 7, 8, 9, 10, 0, 0, 11, 12, 0, 0]);
  });
  it('clamps what lies outside the range and keeps what is not finite', () => {
    expect(colour([100, 200])).toEqual([0, 254, 254, 255]);
  });
});

describe('tileValue', () => {
  it('undoes the quantisation', () => {
    expect(tileValue(tiles, 0, 254)).toBe(254);
    expect(tileValue(tiles, 1, 0)).toBe(508);
    expect(tileValue(tiles, 1, 255)).toBeNaN();
  });
});
