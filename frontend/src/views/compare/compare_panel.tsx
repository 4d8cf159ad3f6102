/** One of the three heatmaps of a comparison, its numbers at the shown step beside it. */

import {px, useSize} from '../../components/hooks';
import {showTooltip} from '../../components/tooltip';
import {layerOfRow} from '../../data/layers';
import {
  type ColourMapName,
  colourTable,
  cssGradient,
  nonfiniteColour,
  zeroColour,
} from '../../draw/colour_maps';
import {formatCount, formatValue} from '../../draw/format';
import {type CellHit, Heatmap} from '../../plots/heatmap';
import {useAxis} from '../../plots/axis';
import {markedRows, RowLabels} from '../../plots/row_labels';
import {useSession} from '../../state/session';
import {type Compared, type Side, formatDifference, numbersAt} from './comparison';

const ROW = 16; // CSS pixels, of few rows
const HIGHEST = 420; // of many
const HEADER = 28;
export const NUMBERS = 76; // CSS pixels, as in the style sheet

/** CSS pixels. */
const panelHeight = (rows: number) => HEADER + Math.min(HIGHEST, Math.max(2, rows) * ROW);

interface PanelProps {
  readonly title: string;
  readonly side: Side;
  readonly numbers: readonly (number | undefined)[];
  readonly compared: Compared;
  readonly diverging?: boolean;
  readonly testId: string;
}

export function Panel({title, side, numbers, compared, diverging, testId}: PanelProps) {
  const session = useSession();
  const axis = useAxis();
  const {names, info, kind} = compared;
  const theme = session.host.theme.value;
  const [ref, size] = useSize<HTMLDivElement>();
  const height = size.value.height;
  const isSigned = diverging ?? side.coded.scale.diverging;
  const map: ColourMapName = isSigned ? 'diverging' : session.settings.colours.value;
  const write = (value: number) =>
    diverging ? formatDifference(value, kind) : formatValue(value, info.format);
  const marked = markedRows(names, session.layer.value);
  return (
    <section class="compare-panel" style={{height: px(panelHeight(names.length))}}>
      <header>
        <h3>{title}</h3>
        <span class="spring" />
        <span class="reading">
          {write(side.coded.scale.low)}{' '}
          <i class="gradient" style={{background: cssGradient(map, theme)}} />{' '}
          {write(side.coded.scale.high)}
        </span>
        {side.coded.zeros > 0 && (
          <span class="reading">
            <i class="swatch" style={{background: zeroColour(theme)}} />0
          </span>
        )}
        {side.coded.nonfinite > 0 && (
          <span class="reading alarm">
            <i class="swatch" style={{background: nonfiniteColour}} />
            NaN, Inf
          </span>
        )}
      </header>
      <div class="compare-frame" ref={ref}>
        <RowLabels names={names} height={height} />
        <Heatmap
          coded={side.coded}
          rows={names.length}
          columns={side.places.length}
          firstSteps={side.firstPlaces}
          domain={axis.domain}
          colours={colourTable(map, theme)}
          label={`${title}: ${info.title} of ${names.length} rows`}
          testId={testId}
          marked={marked}
          onHover={(hit) => showCell(hit, compared, side)}
          onPick={({row, column}) => {
            const layer = layerOfRow(session.layers.peek(), names[row]);
            if (layer) session.settings.layer.value = layer.path;
            axis.goTo(side.places[column]);
          }}
        />
        <Numbers {...{names, numbers, height, write, testId}} />
      </div>
    </section>
  );
}

const LOWEST_NUMBER = 11;

function Numbers(props: {
  names: readonly string[];
  numbers: readonly (number | undefined)[];
  height: number;
  write: (value: number) => string;
  testId: string;
}) {
  const {names, numbers, height, write, testId} = props;
  const room = height - 4;
  const stride = Math.max(1, Math.ceil((LOWEST_NUMBER * names.length) / Math.max(1, room)));
  return (
    <div class="row-numbers">
      {names.map((name, row) => {
        const value = numbers[row];
        if (row % stride) return null;
        return (
          <span
            key={name}
            class={value !== undefined && !Number.isFinite(value) ? 'alarm' : ''}
            style={{top: px(4 + ((row + stride / 2) * room) / names.length)}}
            title={value === undefined ? 'not recorded at this step' : String(value)}
            data-row={name}
            data-testid={`${testId}-number`}
            data-value={value ?? ''}
          >
            {value === undefined ? '–' : write(value)}
          </span>
        );
      })}
    </div>
  );
}

function showCell({row, column, x, y}: CellHit, compared: Compared, side: Side): void {
  const {pairs, info, kind} = compared;
  const {a, b, difference} = numbersAt(compared, side.places[column]);
  const {name, other} = pairs[row];
  const write = (value: number | undefined) =>
    value === undefined ? 'not recorded' : formatValue(value, info.format);
  const against = difference[row];
  showTooltip(x, y, {
    title: name === other ? name : `${name} ↔ ${other}`,
    lines: [
      {label: 'step', value: formatCount(side.steps[column])},
      {label: 'this run', value: write(a[row])},
      {label: 'other run', value: write(b[row])},
      {
        label: kind,
        value: against === undefined ? '–' : formatDifference(against, kind),
      },
    ],
    note: info.definition,
  });
}
