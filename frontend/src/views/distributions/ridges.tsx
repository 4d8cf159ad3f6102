/** A tensor's histograms of some steps as curves, one behind the other, the newest in front. */

import {useMemo} from 'preact/hooks';
import type {HistogramAnswer} from '../../api/types';
import {binFractions, spreadColumns, valueTicks} from '../../draw/density';
import {formatCount, formatTick} from '../../draw/format';
import {lastAtMost, sampleAt} from '../../draw/time_scale';
import {useSession} from '../../state/session';
import {px, useSize} from '../../components/hooks';
import {GUTTER} from '../../plots/track';

const PIXELS_PER_RIDGE = 16;
const PEAK = 84; // CSS pixels that the highest curve rises
const BOTTOM = 22; // for the values' axis

interface RidgeProps {
  readonly histogram: HistogramAnswer;
  readonly bins: Int32Array;
}

export function Ridges({histogram, bins}: RidgeProps) {
  const session = useSession();
  const [ref, size] = useSize<HTMLDivElement>();
  const {width, height} = size.value;
  const room = height - PEAK - BOTTOM;
  const columns = spreadColumns(
    histogram.steps.length,
    Math.max(2, Math.floor(room / PIXELS_PER_RIDGE)),
  );
  const values = useMemo(() => binFractions(histogram, bins), [histogram, bins]);
  const highest = useMemo(() => largest(values), [values]);
  const step = session.step.value;
  const at = step === undefined ? -1 : sampleAt(histogram.steps, step);
  const plot = Math.max(1, width - GUTTER - 12);
  const x = (row: number) => GUTTER + (1 - row / bins.length) * plot;
  const base = (place: number) =>
    PEAK + (columns.length > 1 ? (place * room) / (columns.length - 1) : room);
  const shown = lastAtMost(columns, at);
  const curve = (column: number, place: number) => {
    const points = Array.from(bins, (_, row) => {
      const fraction = values[row * histogram.steps.length + column];
      const y = base(place) - (Number.isFinite(fraction) ? (fraction / highest) * PEAK : 0);
      return `${x(row + 0.5).toFixed(1)} ${y.toFixed(1)}`;
    });
    const floor = base(place).toFixed(1);
    return `M${x(0).toFixed(1)} ${floor}L${points.join('L')}L${x(bins.length).toFixed(1)} ${floor}`;
  };
  const ticks = valueTicks(histogram, bins, plot / 60);
  return (
    <div class="ridges" ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`Distribution of ${histogram.kind} ${histogram.name} at ${columns.length} steps`}
          data-testid="ridges"
        >
          {columns.map((column, place) => (
            <g
              key={column}
              class={place === shown ? 'shown' : ''}
              onClick={() => session.goTo(histogram.steps[column])}
            >
              <path d={curve(column, place)} />
              {(place === shown || (place % 3 === 0 && Math.abs(place - shown) > 1)) && (
                <text x={GUTTER - 6} y={base(place) + 3} text-anchor="end">
                  {formatCount(histogram.steps[column])}
                </text>
              )}
            </g>
          ))}
          {ticks.map(({value, row}) => (
            <text key={value} x={x(row)} y={height - 6} text-anchor="middle" class="tick">
              {formatTick(value)}
            </text>
          ))}
        </svg>
      )}
      <span class="ridge-axis" style={{width: px(GUTTER - 6)}}>
        step
      </span>
    </div>
  );
}

function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most || 1;
}
