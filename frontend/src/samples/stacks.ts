/** What the axes of a stack of pictures are, and the range of its values. Pure. */

import type {MapStack} from '../api/types';
import {sharedRange} from '../draw/tiles';

export const isWeights = ({layout}: MapStack) => layout === 'kernel' || layout === 'matrix';

/** The largest magnitude: colours of weights spread as far to both sides of zero. */
export function weightReach(maps: MapStack): number {
  const [low, high] = sharedRange(maps);
  return Math.max(-low, high) || 1;
}

export function pictureName({layout}: MapStack): string {
  if (layout === 'kernel' || layout === 'matrix') return 'Weights';
  return layout === 'attention' ? 'Attention' : 'Activation maps';
}

/** What the two axes of tiles are. */
export function axisNames({layout}: MapStack): readonly [string, string] {
  if (layout === 'kernel') return ['input', 'unit'];
  return ['sample', layout === 'attention' ? 'head' : 'channel'];
}
