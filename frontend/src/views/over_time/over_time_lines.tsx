/** The heatmap's rows as lines: quantiles of all of them, and some layers on top. */

import {useMemo} from 'preact/hooks';
import {Chart, type Line} from '../../plots/chart';
import type {Grid} from '../../draw/codes';
import {type NumberFormat, formatTick, formatValue} from '../../draw/format';
import {columnQuantiles} from '../../draw/quantiles';
import {sampleAt} from '../../draw/time_scale';
import {rankOf} from '../../data/findings';
import {layerOfRow} from '../../data/layers';
import {readPins} from '../../state/pins';
import {type Session, useSession} from '../../state/session';

const MOST_LINES = 16; // more are shown as quantiles unless asked for
const MOST_NAMED = 6;
// Of lines with a finding, which share a colour: drawn, gap and so on, in CSS pixels.
const DASHES = [
  [5, 3],
  [2, 2],
  [9, 2, 2, 2],
  [10, 4],
  [1, 4],
  [6, 2, 1, 2, 1, 2],
];

interface LinesProps {
  readonly names: readonly string[];
  readonly grid: Grid;
  readonly isMissing: (index: number) => boolean;
  readonly steps: Float64Array;
  readonly log: boolean;
  readonly gutter: number;
  readonly format: NumberFormat;
  readonly title: string;
}

export function OverTimeLines(props: LinesProps) {
  const {names, grid, isMissing, steps, log, gutter, format, title} = props;
  const session = useSession();
  const {lineForm, pins} = session.settings;
  const form = lineForm.value;
  const bands = form === 'bands' || (form === 'auto' && names.length > MOST_LINES);
  const background = useMemo(
    () => (bands ? bandLines(grid, isMissing) : plainLines(names, grid, isMissing)),
    [grid, bands],
  );
  const layer = session.layer.value;
  const found = session.layerFindings.value;
  const named = useMemo(
    () => namedLines(session, names, grid, isMissing),
    [grid, layer, pins.value, found],
  );
  const lines = useMemo(() => [...background, ...named], [background, named]);
  const step = session.step.value;
  const at = step === undefined ? -1 : sampleAt(steps, step);
  return (
    <>
      <div class="line-legend" data-testid="line-legend">
        <button
          type="button"
          class="button"
          aria-pressed={bands}
          title="Quantiles of all rows: half of them lie in the darker band, 80 % in the whole one; the line is the median"
          data-testid="bands"
          onClick={() => (lineForm.value = bands ? 'lines' : 'bands')}
        >
          Quantile bands
        </button>
        {[...named].reverse().map((line) => (
          <span key={line.name} class="reading" data-row={line.name}>
            <svg width={20} height={8} aria-hidden="true">
              <path
                d="M0 4H20"
                stroke={`var(--${line.colour})`}
                stroke-width={2}
                stroke-dasharray={line.dash?.join(' ')}
              />
            </svg>
            {line.name} <b>{at < 0 ? '' : formatValue(line.values[at], format)}</b>
          </span>
        ))}
      </div>
      <div class="lines-frame">
        <Chart
          steps={steps}
          lines={lines}
          domain={session.domain.value}
          log={log}
          gutter={gutter}
          format={(value) => (format === 'number' ? formatTick(value) : formatValue(value, format))}
          label={`${title} ${bands ? 'as quantiles of all rows' : 'as lines'}; selected, pinned and worst layers in colour`}
          onPick={(picked) => session.goTo(picked)}
        />
      </div>
    </>
  );
}

function lineOf(
  name: string,
  row: number,
  grid: Grid,
  isMissing: (index: number) => boolean,
): Line {
  const start = row * grid.columns;
  return {
    name,
    values: grid.values.subarray(start, start + grid.columns),
    isMissing: (column) => isMissing(start + column),
    colour: 'line-other',
    width: 1,
  };
}

const plainLines = (names: readonly string[], grid: Grid, isMissing: (index: number) => boolean) =>
  names.map((name, row) => lineOf(name, row, grid, isMissing));

/** From the outside in, each upper line filled down to its lower one; the median on top. */
function bandLines(grid: Grid, isMissing: (index: number) => boolean): Line[] {
  const {lines, nonfinite} = columnQuantiles(grid, [0.1, 0.9, 0.25, 0.75, 0.5], isMissing);
  const edge = {colour: 'quantile', width: 0.5, isMissing: () => true};
  const nowhere = new Float32Array(grid.columns).fill(NaN);
  return [
    {...edge, name: '10 %', values: lines[0]},
    {...edge, name: '90 %', values: lines[1], fillTo: 0},
    {...edge, name: '25 %', values: lines[2]},
    {...edge, name: '75 %', values: lines[3], fillTo: 2},
    {name: 'median', values: lines[4], colour: 'muted', width: 1, isMissing: () => true},
    // No line, only the marks of what quantiles leave out.
    {name: '', values: nowhere, colour: 'muted', isMissing: (column) => !nonfinite[column]},
  ];
}

/** Lines in colour, the first on top: the selected layer's, pinned ones, those with the worst finding. */
function namedLines(
  session: Session,
  names: readonly string[],
  grid: Grid,
  isMissing: (index: number) => boolean,
): Line[] {
  const layers = session.layers.value;
  const pinned = readPins(session.settings.pins.value);
  const found = session.layerFindings.value;
  const worst = Math.max(1, ...[...found.values()].map(([first]) => rankOf(first)));
  const wanted = names.map((name, row) => {
    const path = layerOfRow(layers, name)?.path ?? '';
    const chosen = names.length === 1 || path === session.layer.value?.path;
    const rank = chosen
      ? 0
      : pinned.includes(path)
        ? 1
        : rankOf(found.get(path)?.[0]) === worst
          ? 2
          : 3;
    return {name, row, rank};
  });
  return wanted
    .filter(({rank}) => rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_NAMED)
    .map(({name, row, rank}, place) => ({
      ...lineOf(name, row, grid, isMissing),
      colour: rank === 2 ? 'error' : `series-${(place % 4) + 1}`,
      width: rank ? 1.5 : 2,
      ...(rank === 2 && {dash: DASHES[place % DASHES.length]}),
    }))
    .reverse();
}
