/** What colours stand for. */

import {type Coded} from '../draw/codes';
import {
  type ColourMapName,
  type ThemeName,
  cssGradient,
  nonfiniteColour,
  zeroColour,
} from '../draw/colour_maps';
import {type NumberFormat, formatCount, formatValue} from '../draw/format';

interface LegendProps {
  readonly coded: Coded;
  readonly map: ColourMapName;
  readonly theme: ThemeName;
  readonly format: NumberFormat;
}

export function Legend({coded, map, theme, format}: LegendProps) {
  const {scale, zeros, nonfinite} = coded;
  const [low, high] = endLabels(coded, format);
  return (
    <div class="legend" data-testid="legend">
      <span class="number">{low}</span>
      <i class="gradient" style={{background: cssGradient(map, theme)}} />
      <span class="number">{high}</span>
      {scale.name === 'relative' && <span>of the row’s median</span>}
      {zeros > 0 && (
        <span title={`${formatCount(zeros)} cells are exactly zero`}>
          <i class="swatch" style={{background: zeroColour(theme)}} />0
        </span>
      )}
      <span
        class={nonfinite ? 'alarm' : ''}
        title={`${formatCount(nonfinite)} cells are NaN or infinite`}
        data-testid="legend-nonfinite"
        data-value={nonfinite}
      >
        <i class="swatch" style={{background: nonfiniteColour}} />
        NaN, Inf{nonfinite ? `: ${formatCount(nonfinite)}` : ''}
      </span>
    </div>
  );
}

function endLabels({scale}: Coded, format: NumberFormat): [string, string] {
  if (scale.name !== 'relative') {
    return [formatValue(scale.low, format), formatValue(scale.high, format)];
  }
  const factor = 2 ** scale.high;
  const text = factor < 10 ? factor.toPrecision(2) : Math.round(factor).toString();
  return [`÷ ${text}`, `× ${text}`];
}
