/** Step numbers below a plot, with their name in the gutter. */

import {px} from '../components/hooks';
import {useAxis} from './axis';
import {TimeAxis} from './time_axis';

interface StepAxisProps {
  /** Of the plot, CSS pixels. */
  readonly width: number;
  /** Left of it; by default that of the surrounding element. */
  readonly gutter?: number;
}

export function StepAxis({width, gutter}: StepAxisProps) {
  const style = gutter === undefined ? {} : {'--gutter': px(gutter)};
  return (
    <div class="axis-row" style={style}>
      <span class="axis-name">{useAxis().name}</span>
      <TimeAxis width={width} />
    </div>
  );
}
