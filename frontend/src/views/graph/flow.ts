/** What flows along a graph's edges, from the numbers of the layers that it starts from. Pure. */

import type {GraphFlow} from '../../state/settings';

interface FlowKind {
  /** A column of the overview. */
  readonly key: string;
  /** What the width of an edge means, in a few words, and in a sentence. */
  readonly short: string;
  readonly definition: string;
}

export const FLOWS: Readonly<Record<Exclude<GraphFlow, 'none'>, FlowKind>> = {
  forward: {
    key: 'activation.std',
    short: 'width: output std',
    definition: 'an edge is as wide as the standard deviation of what its layer passes on',
  },
  backward: {
    key: 'gradient.l2',
    short: 'width: gradient norm',
    definition: 'an edge is as wide as the gradient norm of the layer that the gradient comes from',
  },
};

const NARROWEST = 1.2;
const WIDEST = 6;

/** Width of an edge; undefined where the layer it starts from has no number, or a NaN. */
export function flowWidth(position: number | undefined): number | undefined {
  if (position === undefined || Number.isNaN(position)) return undefined;
  return NARROWEST + (WIDEST - NARROWEST) * Math.min(1, Math.max(0, position));
}
