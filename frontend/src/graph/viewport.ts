/** The visible part of the graph: its scale and offset. Pure. */

export interface Viewport {
  readonly scale: number;
  /** Of the graph's origin, in screen pixels. */
  readonly x: number;
  readonly y: number;
}

const SMALLEST_SCALE = 0.1;
export const LARGEST_SCALE = 3;
const READABLE_SCALE = 0.8;

/** The whole graph, centred, never enlarged. */
export function fit(picture: Box, room: Box): Viewport {
  const scale = Math.max(
    SMALLEST_SCALE,
    Math.min(1, room.width / picture.width, room.height / picture.height),
  );
  return {
    scale,
    x: (room.width - scale * picture.width) / 2,
    y: Math.max(0, (room.height - scale * picture.height) / 2),
  };
}

/** As much of the graph as is readable, from its top. */
export function start(picture: Box, room: Box): Viewport {
  const whole = fit(picture, room);
  const scale = Math.max(whole.scale, READABLE_SCALE);
  return {...whole, scale, x: (room.width - scale * picture.width) / 2};
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** Zooms by a factor around a point. */
export function zoomAt(view: Viewport, factor: number, x: number, y: number): Viewport {
  const scale = Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, view.scale * factor));
  const change = scale / view.scale;
  return {scale, x: x - (x - view.x) * change, y: y - (y - view.y) * change};
}

export const panBy = (view: Viewport, dx: number, dy: number): Viewport => ({
  ...view,
  x: view.x + dx,
  y: view.y + dy,
});

/** Moves just far enough that a box is visible, with a margin. */
export function reveal(
  view: Viewport,
  target: Box & {readonly x: number; readonly y: number},
  room: Box,
  margin = 24,
): Viewport {
  const shift = (at: number, length: number, limit: number) => {
    if (at < margin) return margin - at;
    return at + length > limit - margin ? Math.max(margin - at, limit - margin - at - length) : 0;
  };
  const left = view.x + view.scale * target.x;
  const top = view.y + view.scale * target.y;
  return panBy(
    view,
    shift(left, view.scale * target.width, room.width),
    shift(top, view.scale * target.height, room.height),
  );
}
