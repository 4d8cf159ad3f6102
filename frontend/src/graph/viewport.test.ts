import {describe, expect, it} from 'vitest';
import {LARGEST_SCALE, fit, panBy, reveal, start, zoomAt} from './viewport';

describe('fit', () => {
  it('shrinks what is larger than the room, and centres it', () => {
    const view = fit({width: 400, height: 1000}, {width: 300, height: 500});
    expect(view.scale).toBe(0.5);
    expect(view.x).toBe(50);
    expect(view.y).toBe(0);
  });
  it('leaves what is small at its own size', () => {
    expect(fit({width: 10, height: 10}, {width: 100, height: 100}).scale).toBe(1);
  });
});

describe('start', () => {
  it('shows the top of what would be too small to read as a whole', () => {
    const view = start({width: 100, height: 10_000}, {width: 300, height: 500});
    expect(view).toEqual({scale: 0.8, x: 110, y: 0});
  });
  it('shows the whole of what fits', () => {
    const [picture, room] = [
      {width: 100, height: 100},
      {width: 300, height: 500},
    ];
    expect(start(picture, room)).toEqual(fit(picture, room));
  });
});

describe('zoomAt', () => {
  const view = {scale: 1, x: 10, y: 20};
  it('keeps what is under the point there', () => {
    const next = zoomAt(view, 2, 110, 220);
    expect((110 - next.x) / next.scale).toBeCloseTo((110 - view.x) / view.scale);
    expect((220 - next.y) / next.scale).toBeCloseTo((220 - view.y) / view.scale);
  });
  it('has limits', () => {
    expect(zoomAt(view, 1e9, 0, 0).scale).toBe(LARGEST_SCALE);
  });
});

describe('reveal', () => {
  const room = {width: 200, height: 200};
  const box = (x: number, y: number) => ({x, y, width: 20, height: 20});
  it('leaves alone what is in sight', () => {
    expect(reveal({scale: 1, x: 0, y: 0}, box(90, 90), room)).toEqual({scale: 1, x: 0, y: 0});
  });
  it('moves what is not as far as needed', () => {
    expect(reveal({scale: 1, x: 0, y: 0}, box(90, 300), room, 10).y).toBe(-130);
    expect(reveal(panBy({scale: 1, x: 0, y: 0}, -500, 0), box(90, 90), room, 10).x).toBe(-80);
  });
});
