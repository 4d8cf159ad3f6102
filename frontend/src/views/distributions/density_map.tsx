/** A tensor's histogram over time as colours, that of the shown step as bars beside it. */

import {useMemo} from 'preact/hooks';
import type {HistogramAnswer} from '../../api/types';
import type {Coded} from '../../draw/codes';
import {colourTable} from '../../draw/colour_maps';
import {binsOf, totalOf, valueTicks} from '../../draw/density';
import {formatCount, formatPercent, formatTick} from '../../draw/format';
import {sampleAt} from '../../draw/time_scale';
import {useSession} from '../../state/session';
import {type CellHit, Heatmap} from '../../plots/heatmap';
import {px, useSize} from '../../components/hooks';
import {TimeAxis} from '../../plots/time_axis';
import {showTooltip} from '../../components/tooltip';
import {GUTTER} from '../../plots/track';

const LANE = 4; // CSS pixels, the heatmap's strip above its rows
const PIXELS_PER_TICK = 36;

interface DensityProps {
  readonly histogram: HistogramAnswer;
  readonly bins: Int32Array;
  readonly coded: Coded;
}

export function DensityMap({histogram, bins, coded}: DensityProps) {
  const session = useSession();
  const {settings, host, domain} = session;
  const [ref, size] = useSize<HTMLDivElement>();
  const room = size.value.height - LANE;
  const ticks = useMemo(
    () => valueTicks(histogram, bins, Math.max(4, room / PIXELS_PER_TICK)),
    [histogram, bins, room],
  );
  return (
    <div class="density-plot">
      <div class="density-frame">
        <div class="value-axis" style={{width: px(GUTTER)}} aria-hidden="true">
          {ticks.map(({value, row}) => (
            <span key={value} style={{top: px(LANE + (row * room) / bins.length)}}>
              {formatTick(value)}
            </span>
          ))}
        </div>
        <div class="unit-plot" ref={ref}>
          <Heatmap
            coded={coded}
            rows={bins.length}
            columns={histogram.steps.length}
            firstSteps={histogram.firstSteps}
            domain={domain.value}
            colours={colourTable(settings.colours.value, host.theme.value)}
            label={`Distribution of ${histogram.kind} ${histogram.name} over ${formatCount(histogram.steps.length)} steps`}
            testId="density"
            separated={false}
            onHover={(hit) => showBin(histogram, bins[hit.row], hit)}
            onPick={({column}) => session.goTo(histogram.steps[column])}
          />
        </div>
        <StepBars histogram={histogram} bins={bins} height={size.value.height} />
      </div>
      <div class="axis-row density-axis" style={{'--gutter': px(GUTTER)}}>
        <span class="axis-name">step</span>
        <TimeAxis width={size.value.width} />
        <span class="axis-name">at this step</span>
      </div>
    </div>
  );
}

function showBin(histogram: HistogramAnswer, bin: number, {column, x, y}: CellHit): void {
  const [first, last] = [histogram.firstSteps[column], histogram.steps[column]];
  const count = histogram.counts[column * binsOf(histogram) + bin];
  const total = totalOf(histogram, column);
  showTooltip(x, y, {
    title: `${histogram.kind}, ${histogram.name}`,
    lines: [
      first === last
        ? {label: 'step', value: formatCount(last)}
        : {label: 'steps', value: `${formatCount(first)} – ${formatCount(last)}`},
      {label: 'values', value: binRange(histogram, bin)},
      {
        label: 'elements',
        value: total ? `${formatCount(count)} (${formatPercent(count / total)})` : 'none finite',
      },
    ],
  });
}

/** The values that a bin holds, in words. */
export function binRange({edges}: HistogramAnswer, bin: number): string {
  const [low, high] = [edges[bin], edges[bin + 1]];
  if (low < 0 && high > 0) return `0, or within ± ${formatTick(high)}`;
  if (!Number.isFinite(low)) return `below ${formatTick(high)}`;
  if (!Number.isFinite(high)) return `${formatTick(low)} and more`;
  return `${formatTick(low)} to ${formatTick(high)}`;
}

const BARS = 96; // CSS pixels, as in the style sheet

function StepBars(props: {histogram: HistogramAnswer; bins: Int32Array; height: number}) {
  const {histogram, bins, height} = props;
  const step = useSession().step.value;
  const column = step === undefined ? -1 : sampleAt(histogram.steps, step);
  const total = column < 0 ? 0 : totalOf(histogram, column);
  const start = column * binsOf(histogram);
  const counts = Array.from(bins, (bin) => (total ? histogram.counts[start + bin] : 0));
  const most = Math.max(1, ...counts);
  const rowHeight = (height - LANE) / bins.length;
  return (
    <svg
      class="step-bars"
      width={BARS}
      height={height}
      role="img"
      aria-label="Distribution at the shown step"
      data-testid="step-bars"
      data-step={column < 0 ? '' : histogram.steps[column]}
      data-value={total}
    >
      {total === 0 && column >= 0 && (
        <text x={BARS / 2} y={height / 2} text-anchor="middle">
          none finite
        </text>
      )}
      {counts.map((count, row) => (
        <rect
          key={bins[row]}
          x={6}
          y={LANE + row * rowHeight}
          width={((BARS - 10) * count) / most}
          height={Math.max(1, rowHeight - (rowHeight > 4 ? 1 : 0))}
        />
      ))}
    </svg>
  );
}
