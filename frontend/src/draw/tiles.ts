/** Many small pictures on one canvas: where each goes, and its colours. */

export interface TileLayout {
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Left of and above each tile. */
  readonly gutter: number;
  /** Tiles in a line of one sample. */
  readonly perLine: number;
  /** Height of one sample's block, gap below included. */
  readonly blockHeight: number;
  readonly height: number;
  readonly width: number;
}

export interface TileRequest {
  readonly samples: number;
  readonly channels: number;
  /** Of one picture, in its own pixels. */
  readonly mapWidth: number;
  readonly mapHeight: number;
  /** Side to aim at, CSS pixels. */
  readonly side: number;
  /** Room, CSS pixels. */
  readonly available: number;
  /** Room for labels left of and above each tile, CSS pixels; none by default. */
  readonly gutter?: number;
  /** Whether one picture has all the room. */
  readonly alone?: boolean;
}

const TILE_GAP = 3;
const ALONE = [640, 480, 320, 240];
const SIDES = [160, 128, 96, 64, 48]; // tried in turn, CSS pixels
const SAMPLE_GAP = 10;
const LOWEST_TILE = 72; // a vector's one line of values is stretched to this
const LARGEST_STRETCH = 24;

/** Lays out samples below each other, each sample's channels in lines as wide as there is room. */
export function layoutTiles(request: TileRequest): TileLayout {
  const {mapWidth, mapHeight, side, available, samples, channels} = request;
  const gutter = request.gutter ?? 0;
  const longest = Math.max(mapWidth, mapHeight);
  // One pixel of a picture is a whole number of screen pixels wherever it is enlarged.
  const zoom = longest <= side ? Math.min(LARGEST_STRETCH, Math.floor(side / longest)) : 1;
  const wide = isVector(mapWidth, mapHeight) ? Math.floor(available / mapWidth) : zoom;
  const shrink = Math.min(1, available / mapWidth);
  const tileWidth = Math.max(
    1,
    Math.round(mapWidth * (wide >= 1 ? Math.min(wide, LARGEST_STRETCH) : shrink)),
  );
  const tileHeight = Math.max(
    isVector(mapWidth, mapHeight) ? LOWEST_TILE : 1,
    Math.round(mapHeight * (isVector(mapWidth, mapHeight) ? 1 : zoom)),
  );
  const most = Math.min(
    channels,
    Math.max(1, Math.floor((available + TILE_GAP) / (tileWidth + gutter + TILE_GAP))),
  );
  const lines = Math.ceil(channels / most);
  const perLine = Math.ceil(channels / lines); // lines of equal length
  const blockHeight = lines * (tileHeight + gutter + TILE_GAP) - TILE_GAP + SAMPLE_GAP;
  return {
    tileWidth,
    tileHeight,
    gutter,
    perLine,
    blockHeight,
    height: Math.max(0, samples * blockHeight - SAMPLE_GAP),
    width: perLine * (tileWidth + gutter + TILE_GAP) - TILE_GAP,
  };
}

/** The largest tiles with which all samples fit the height; the smallest ones where none do. */
export function fitSide(request: Omit<TileRequest, 'side'>, height: number): number {
  const fits = (side: number) => layoutTiles({...request, side}).height <= height;
  const sides = request.alone ? [...ALONE, ...SIDES] : SIDES;
  return sides.find(fits) ?? sides[sides.length - 1];
}

const isVector = (width: number, height: number) => height === 1 && width > 1;

const pitchX = ({tileWidth, gutter}: TileLayout) => tileWidth + gutter + TILE_GAP;
const pitchY = ({tileHeight, gutter}: TileLayout) => tileHeight + gutter + TILE_GAP;

/** Top left corner of a tile. */
export function tilePosition(
  layout: TileLayout,
  sample: number,
  channel: number,
): {x: number; y: number} {
  const line = Math.floor(channel / layout.perLine);
  return {
    x: (channel % layout.perLine) * pitchX(layout) + layout.gutter,
    y: sample * layout.blockHeight + line * pitchY(layout) + layout.gutter,
  };
}

interface TileHit {
  readonly sample: number;
  readonly channel: number;
  /** Pixel within the picture. */
  readonly column: number;
  readonly row: number;
}

/** What lies under a point, or undefined in a gap. */
export function tileAt(
  layout: TileLayout,
  request: TileRequest,
  x: number,
  y: number,
): TileHit | undefined {
  const sample = Math.floor(y / layout.blockHeight);
  const line = Math.floor((y % layout.blockHeight) / pitchY(layout));
  const place = Math.floor(x / pitchX(layout));
  const channel = line * layout.perLine + place;
  if (x < 0 || y < 0 || sample >= request.samples) return undefined;
  if (place >= layout.perLine || channel >= request.channels) return undefined;
  const corner = tilePosition(layout, sample, channel);
  const column = Math.floor(((x - corner.x) / layout.tileWidth) * request.mapWidth);
  const row = Math.floor(((y - corner.y) / layout.tileHeight) * request.mapHeight);
  if (column < 0 || row < 0 || column >= request.mapWidth || row >= request.mapHeight) {
    return undefined;
  }
  return {sample, channel, column, row};
}

/** Quantised pictures, [tiles, pixels] of codes with one scale and offset a tile. */
export interface Quantised {
  readonly codes: Uint8Array;
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

const NONFINITE = 255;
const LAST_CODE = 254;

/** Smallest and largest finite value of all tiles (their codes span 0..254). */
export function sharedRange({scale, offset}: Quantised): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let tile = 0; tile < scale.length; tile++) {
    low = Math.min(low, offset[tile]);
    high = Math.max(high, offset[tile] + scale[tile] * LAST_CODE);
  }
  return low <= high ? [low, high] : [0, 0];
}

/**
 * Colours every pixel.
 *
 * Args:
 *   colours: 256 ABGR words; 255 is the colour of non-finite values.
 *   range: Ends of the colour map for all tiles; undefined gives each tile its own.
 *   into: As long as `codes`, or what `grid` takes.
 *   grid: Puts tiles side by side; without it, the pixels of each tile follow those of the one before.
 */
export function colourTiles(
  tiles: Quantised,
  colours: Uint32Array,
  range: readonly [number, number] | undefined,
  into: Uint32Array,
  grid?: Grid,
): void {
  const {codes, scale} = tiles;
  const pixels = scale.length ? codes.length / scale.length : 0;
  const {width, perRow} = grid ?? {width: pixels, perRow: 1};
  const table = new Uint32Array(256);
  let [knownStart, knownStep] = [NaN, NaN]; // what `table` is for: often the same for all tiles
  for (let tile = 0; tile < scale.length; tile++) {
    const own = scale[tile] === 0 ? FLAT : WHOLE;
    const [start, step] = range ? spread(tiles, tile, range) : own;
    if (start !== knownStart || step !== knownStep) fillTable(table, colours, start, step);
    [knownStart, knownStep] = [start, step];
    const line = Math.floor(tile / perRow) * pixels * perRow + (tile % perRow) * width;
    let from = tile * pixels;
    for (let to = line; from < (tile + 1) * pixels; to += width * perRow) {
      for (let column = 0; column < width; column++) into[to + column] = table[codes[from++]];
    }
  }
}

/** How tiles of some width lie side by side. */
export interface Grid {
  readonly width: number;
  readonly perRow: number;
}

const FLAT = [0, 0] as const; // all is its minimum
const WHOLE = [0, 1 / LAST_CODE] as const;

/** Colours of all codes, of which the first lies at `start` and each next one `step` further. */
function fillTable(table: Uint32Array, colours: Uint32Array, start: number, step: number): void {
  for (let code = 0; code < NONFINITE; code++) {
    const position = Math.min(1, Math.max(0, start + step * code));
    table[code] = colours[Math.round(position * LAST_CODE)];
  }
  table[NONFINITE] = colours[NONFINITE];
}

function spread(
  {scale, offset}: Quantised,
  tile: number,
  [low, high]: readonly [number, number],
): readonly [number, number] {
  const whole = high - low;
  return whole > 0 ? [(offset[tile] - low) / whole, scale[tile] / whole] : [0, 0];
}

/** The value of one code of one tile; NaN where it was non-finite. */
export function tileValue({scale, offset}: Quantised, tile: number, code: number): number {
  return code === NONFINITE ? NaN : offset[tile] + scale[tile] * code;
}
