/** All pictures of a stack on one canvas, from which the visible ones are drawn. */

import {type Grid, type Quantised, colourTiles} from './tiles';

/** Quantised pictures: samples, channels, height, width. */
interface PictureStack extends Quantised {
  readonly shape: readonly [number, number, number, number];
}

/** Keeps its memory: changing the colours costs only the colouring. */
export class Atlas {
  readonly canvas: OffscreenCanvas;
  /** Tiles in a line: about square, as browsers limit a canvas's sides. */
  readonly perRow: number;
  private readonly image: ImageData;
  private readonly grid: Grid;

  constructor(private readonly maps: PictureStack) {
    const [samples, channels, height, width] = maps.shape;
    const tiles = samples * channels;
    this.perRow = Math.max(1, Math.min(tiles, Math.ceil(Math.sqrt((tiles * height) / width))));
    this.grid = {width, perRow: this.perRow};
    const lines = Math.max(1, Math.ceil(tiles / this.perRow));
    this.canvas = new OffscreenCanvas(this.perRow * width, lines * height);
    this.image = new ImageData(this.canvas.width, this.canvas.height);
  }

  /** Draws all of it; `colours` and `range` as for `colourTiles`. */
  colour(colours: Uint32Array, range: readonly [number, number] | undefined): void {
    const pixels = new Uint32Array(this.image.data.buffer);
    colourTiles(this.maps, colours, range, pixels, this.grid);
    this.canvas.getContext('2d')!.putImageData(this.image, 0, 0);
  }
}
