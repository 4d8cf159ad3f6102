/** Numbers of the time axis below a plot. */

import {formatCount, formatTick} from '../draw/format';
import {linearTicks} from '../draw/ticks';
import {useAxis} from './axis';

const PIXELS_PER_TICK = 90;

export function TimeAxis({width}: {width: number}) {
  const {domain, whole, marks, name} = useAxis();
  const {first, end} = domain;
  const last = whole ? end - 1 : end;
  const ticks = linearTicks(first, last, Math.max(2, width / PIXELS_PER_TICK), whole);
  const left = (place: number) => `${(100 * (place - first)) / (end - first)}%`;
  return (
    <div class="time-axis" aria-hidden="true">
      {ticks.map((place) => (
        <span key={place} style={{left: left(place)}}>
          {whole ? formatCount(place) : formatTick(place)}
        </span>
      ))}
      {marks.map(({place, colour}) => (
        <b
          key={`${place} ${colour}`}
          style={{left: left(place), color: `var(--${colour})`}}
          title={`First difference at ${name} ${formatTick(place)}`}
          data-testid="first-difference"
          data-value={place}
        >
          ▲
        </b>
      ))}
    </div>
  );
}
