/** Step numbers below a plot. */

import {formatCount} from '../draw/format';
import {linearTicks} from '../draw/ticks';
import {useSession} from '../state/session';

const PIXELS_PER_TICK = 90;

export function TimeAxis({width}: {width: number}) {
  const {first, end} = useSession().domain.value;
  const ticks = linearTicks(first, end - 1, Math.max(2, width / PIXELS_PER_TICK), true);
  return (
    <div class="time-axis" aria-hidden="true">
      {ticks.map((step) => (
        <span key={step} style={{left: `${(100 * (step - first)) / (end - first)}%`}}>
          {formatCount(step)}
        </span>
      ))}
    </div>
  );
}
