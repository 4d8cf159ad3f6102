/** Draws the tiles of a map stack, and the labels of attention positions. */

import type {MapStack} from '../api/types';
import {partOf, tokenInput} from './inputs';
import {tokensOf} from './probe_sample';
import {Atlas} from '../draw/atlas';
import {type TileLayout, tilePosition} from '../draw/tiles';

export function drawTiles(
  context: CanvasRenderingContext2D,
  atlas: Atlas,
  maps: MapStack,
  layout: TileLayout,
  scroll: number,
  height: number,
): void {
  const [samples, channels, mapHeight, mapWidth] = maps.shape;
  context.imageSmoothingEnabled = false;
  for (let tile = 0; tile < samples * channels; tile++) {
    const {x, y} = tilePosition(layout, Math.floor(tile / channels), tile % channels);
    const top = y - scroll;
    if (top > height || top + layout.tileHeight < 0) continue;
    context.drawImage(
      atlas.canvas,
      (tile % atlas.perRow) * mapWidth,
      Math.floor(tile / atlas.perRow) * mapHeight,
      mapWidth,
      mapHeight,
      x,
      top,
      layout.tileWidth,
      layout.tileHeight,
    );
    if (maps.dead[tile % channels]) markDeadTile(context, x, top, layout);
  }
}

const ROW_ROOM = 10; // CSS pixels a label needs
const COLUMN_ROOM = 18;

export function drawPositions(
  context: CanvasRenderingContext2D,
  maps: MapStack,
  layout: TileLayout,
  scroll: number,
  height: number,
  names: PositionNames,
): void {
  const [samples, channels, mapHeight, mapWidth] = maps.shape;
  const [pixelX, pixelY] = [layout.tileWidth / mapWidth, layout.tileHeight / mapHeight];
  const [strideX, strideY] = [Math.ceil(COLUMN_ROOM / pixelX), Math.ceil(ROW_ROOM / pixelY)];
  context.font = '9px Roboto, Arial, sans-serif';
  context.fillStyle = getComputedStyle(context.canvas).color;
  for (let tile = 0; tile < samples * channels; tile++) {
    const sample = Math.floor(tile / channels);
    const {x, y} = tilePosition(layout, sample, tile % channels);
    const top = y - scroll;
    if (top > height || top + layout.tileHeight < 0) continue;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (let row = 0; row < mapHeight; row += strideY) {
      context.fillText(names(sample, row, 0), x - 2, top + (row + 0.5) * pixelY);
    }
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    for (let column = 0; column < mapWidth; column += strideX) {
      context.fillText(names(sample, column, 1), x + (column + 0.5) * pixelX, top - 3);
    }
  }
}

/** A cross through a channel that is zero for every sample. */
function markDeadTile(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  {tileWidth, tileHeight}: TileLayout,
): void {
  context.strokeStyle = '#e85114';
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, tileWidth - 1, tileHeight - 1);
  context.beginPath();
  context.moveTo(x, y + tileHeight);
  context.lineTo(x + tileWidth, y);
  context.stroke();
}

/** What a row (axis 0: queries) or column (axis 1: keys) of a picture of attention stands for. */
type PositionNames = (sample: number, place: number, axis: 0 | 1) => string;

/** Token ids where the input has as many as there are positions, else the positions' numbers. */
export function positionNames(maps: MapStack, inputs: readonly MapStack[]): PositionNames {
  const full = maps.fullShape.slice(-2);
  const drawn = maps.shape.slice(-2);
  const tokens = ([0, 1] as const).map((axis) => {
    const input = tokenInput(inputs, full[axis] ?? drawn[axis], partOf(maps.name, axis));
    return Array.from({length: maps.shape[0]}, (_, sample) => tokensOf(input, sample));
  });
  return (sample, place, axis) => {
    // Beyond the cap a pixel is the mean over several positions: the first one is named.
    const length = full[axis] ?? drawn[axis];
    const position = place * Math.max(1, Math.ceil(length / drawn[axis]));
    const ids = tokens[axis][sample];
    return ids?.length === length ? ids[position] : String(position);
  };
}
