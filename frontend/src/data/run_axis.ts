/** Where the steps of a run lie on an axis of steps, epochs or time. Pure. */

import type {Loss} from '../api/types';
import {lastAtMost} from '../draw/time_scale';

export type AxisName = 'step' | 'epoch' | 'time';

/** What the numbers of an axis are called. */
export const AXIS_UNITS: Readonly<Record<AxisName, string>> = {
  step: 'step',
  epoch: 'epoch',
  time: 'seconds',
};

export type Position = (step: number) => number;

/** Undefined where the run has no such axis: no finished epoch, no times. */
export function positionOf(loss: Loss, axis: AxisName): Position | undefined {
  if (axis === 'step') return (step) => step;
  if (axis === 'time') return through(loss.steps, loss.seconds);
  // An epoch ends after its last step.
  const ends = Float64Array.from(loss.epochSteps, (step) => step + 1);
  return through(
    [0, ...ends],
    Array.from({length: ends.length + 1}, (_, epoch) => epoch),
  );
}

/** Straight lines through points, the last one going on; undefined for fewer than two points. */
function through(xs: ArrayLike<number>, ys: ArrayLike<number>): Position | undefined {
  const known = Array.from(xs, (x, place) => [x, ys[place]] as const).filter(
    ([, y], place, all) => Number.isFinite(y) && (place === 0 || all[place][0] > all[place - 1][0]),
  );
  if (known.length < 2) return undefined;
  const places = known.map(([x]) => x);
  return (x) => {
    const at = Math.min(Math.max(0, lastAtMost(places, x)), known.length - 2);
    const [[left, low], [right, high]] = [known[at], known[at + 1]];
    return low + ((x - left) / (right - left)) * (high - low);
  };
}
