/** An activation function over the pre-activations it met, with their histogram under it. */

import type {ActivationFunction} from '../api/types';
import {formatCount, formatNumber, formatPercent, formatTick} from '../draw/format';
import {hideTooltip, showTooltip} from '../components/tooltip';

const WIDTH = 240; // of the drawing's own units
const FULL_CURVE = 84;
const BARS = 44;
const GAP = 6;

export const FLAT_DEFINITION =
  'Fraction of the pre-activations where the function’s slope is less than 1/40 of its steepest slope.';

interface CardProps {
  readonly activation: ActivationFunction;
  readonly onPick?: () => void;
  readonly selected?: boolean;
}

export function FunctionCard({activation, onPick, selected}: CardProps) {
  const {name, function: called, flat_fraction: flat, nonfinite, reason} = activation;
  const title = (
    <>
      <b>{name}</b> <span class="quiet">{called}</span>
    </>
  );
  return (
    <figure
      class={`function-card ${selected ? 'selected' : ''}`}
      data-testid="function-card"
      data-name={name}
      data-value={flat ?? ''}
    >
      <figcaption>
        {onPick ? (
          <button type="button" class="plain" title={name} onClick={onPick}>
            {title}
          </button>
        ) : (
          title
        )}
        <span class="spring" />
        {flat !== null && (
          <span class="number" title={FLAT_DEFINITION}>
            {formatPercent(flat)} flat
          </span>
        )}
      </figcaption>
      <Drawing activation={activation} />
      {reason && <p class="quiet">No curve: {reason}</p>}
      {nonfinite > 0 && (
        <p class="alarm">{formatCount(nonfinite)} pre-activations are not finite</p>
      )}
    </figure>
  );
}

function Drawing({activation}: {activation: ActivationFunction}) {
  const {name, function: called, low, high, edges, counts, curve} = activation;
  const curveHeight = curve ? FULL_CURVE : 0;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const total = counts.reduce((a, b) => a + b, 0);
  const [least, largest] = extent(curve);
  const x = (value: number) => (high > low ? ((value - low) / (high - low)) * WIDTH : WIDTH / 2);
  const y = (value: number) =>
    largest > least
      ? 2 + (curveHeight - 4) * (1 - (value - least) / (largest - least))
      : curveHeight / 2;
  const hover = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width;
    const bin = Math.min(counts.length - 1, Math.max(0, Math.floor(at * counts.length)));
    showTooltip(event.clientX, event.clientY, {
      title: `${name}, ${called}`,
      lines: [
        {
          label: 'pre-activation',
          value: `${formatNumber(edges[bin])} to ${formatNumber(edges[bin + 1])}`,
        },
        {label: 'of the samples', value: formatPercent(total ? counts[bin] / total : NaN)},
        ...(curve ? [{label: 'function', value: formatNumber(curve[bin])}] : []),
      ],
    });
  };
  const base = curveHeight + (curveHeight ? GAP : 0) + BARS;
  const step = WIDTH / counts.length;
  const bars = Array.from(counts, (count, bin) => {
    const height = (count / most) * BARS;
    return `M${(bin * step).toFixed(1)} ${base}v${(-height).toFixed(1)}h${step.toFixed(2)}v${height.toFixed(1)}`;
  }).join('');
  const line =
    curve &&
    Array.from(curve, (value, at) =>
      Number.isFinite(value) ? `${x(edges[at]).toFixed(1)} ${y(value).toFixed(1)}` : '',
    )
      .filter(Boolean)
      .join('L');
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${base + 14}`}
      role="img"
      aria-label={`${called} of ${name}, from ${formatNumber(low)} to ${formatNumber(high)}, and how often each value occurs`}
      onPointerMove={hover}
      onPointerLeave={hideTooltip}
    >
      <rect class="room" width={WIDTH} height={curveHeight} />
      {low < 0 && high > 0 && <line class="zero" x1={x(0)} x2={x(0)} y1={0} y2={base} />}
      {least < 0 && largest > 0 && <line class="zero" x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />}
      <path class="bars" d={bars} />
      <line class="axis" x1={0} x2={WIDTH} y1={base} y2={base} />
      {line && <path class="curve" d={`M${line}`} />}
      <text x={0} y={base + 11}>
        {formatTick(low)}
      </text>
      {low < 0 && high > 0 && x(0) > 40 && x(0) < WIDTH - 40 && (
        <text x={x(0)} y={base + 11} text-anchor="middle">
          0
        </text>
      )}
      <text x={WIDTH} y={base + 11} text-anchor="end">
        {formatTick(high)}
      </text>
      {curve && (
        <>
          <text x={3} y={11}>
            {formatTick(largest)}
          </text>
          <text x={3} y={curveHeight - 3}>
            {formatTick(least)}
          </text>
        </>
      )}
    </svg>
  );
}

function extent(values: Float32Array | undefined): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values ?? []) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 0];
}
