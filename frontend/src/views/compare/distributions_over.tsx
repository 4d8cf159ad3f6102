/** The distribution of one tensor at the shown step, of all compared runs over each other. */

import {useSignal} from '@preact/signals';
import {histogramQuery} from '../../api/queries';
import type {HistogramAnswer} from '../../api/types';
import {px, useSize} from '../../components/hooks';
import {rowsOf} from '../../data/layers';
import {LAYER_KINDS} from '../../data/statistics';
import {binFractions, binsOf, drawnBins, valueTicks} from '../../draw/density';
import {formatTick} from '../../draw/format';
import {sampleAt} from '../../draw/time_scale';
import {useAxis} from '../../plots/axis';
import {MOST_OTHERS} from '../../state/compared_runs';
import {requestAbout, useLoaded, useSession} from '../../state/session';
import type {ShownRun} from './runs_shown';

const HEIGHT = 150; // CSS pixels
const BOTTOM = 20; // for the values' axis
const SIDE = 14;
const PLACES = Array.from({length: MOST_OTHERS + 1}, (_, place) => place);

interface Props {
  readonly runs: readonly ShownRun[];
  /** What a row of the shown run is called in the first other one. */
  readonly partner: (name: string) => string | undefined;
}

export function DistributionsOver({runs, partner}: Props) {
  const session = useSession();
  const kind = kindOf(session.settings.kind.value);
  const name = tensorOf(rowsOf(session.layer.value, kind), session.settings.tensor.value);
  const latest = useSignal({runs, partner});
  latest.value = {runs, partner};
  const found = PLACES.map((place) =>
    useLoaded(() => {
      const {run, compared, settings, layer} = session;
      const shown = place ? compared.runs.value[place - 1] : run.value;
      const wanted = kindOf(settings.kind.value);
      const own = tensorOf(rowsOf(layer.value, wanted), settings.tensor.value);
      const of = latest.value;
      const called = own !== undefined && place === 1 ? (of.partner(own) ?? own) : own;
      const drawn = of.runs[place];
      const isThere = called !== undefined && drawn?.names.has(called);
      // Just after another run was chosen, what is drawn is still of the one before.
      if (!isThere || drawn.run.name !== shown?.name) return undefined;
      if (!shown.kinds.includes(`${wanted}_histogram`)) return undefined;
      return requestAbout(shown, (name) => histogramQuery(name, wanted, called));
    }),
  ).map((loaded) => loaded.fresh.value);
  const axis = useAxis();
  const at = axis.position(session.step.value ?? 0);
  const columns = runs.flatMap(({position, ...run}, place) => {
    const histogram = found[place];
    if (!histogram?.steps.length || !position) return [];
    const places = Float64Array.from(histogram.steps, position);
    return [{...run, one: columnOf(histogram, sampleAt(places, at))}];
  });
  if (!name || !columns.length) return null;
  const title = `${LAYER_KINDS[kind]} ${name}, distribution at the shown step`;
  return (
    <section class="compare-distributions" data-testid="compare-distributions" data-row={name}>
      <h3>{title}</h3>
      <Picture columns={columns} title={title} />
    </section>
  );
}

const kindOf = (kind: string) => (kind in LAYER_KINDS ? kind : 'gradient');

const tensorOf = (names: readonly string[], tensor: string): string | undefined =>
  names.find((each) => each === tensor) ?? names[0];

interface Column extends Omit<ShownRun, 'position'> {
  /** The histogram at one step alone. */
  readonly one: HistogramAnswer;
}

function columnOf(histogram: HistogramAnswer, column: number): HistogramAnswer {
  const bins = binsOf(histogram);
  const steps = histogram.steps.subarray(column, column + 1);
  const counts = histogram.counts.subarray(column * bins, (column + 1) * bins);
  return {...histogram, steps, firstSteps: steps, counts};
}

function Picture({columns, title}: {columns: readonly Column[]; title: string}) {
  const [ref, size] = useSize<HTMLDivElement>();
  const {width} = size.value;
  const {edges} = columns[0].one;
  const same = columns.filter(({one}) => one.edges.length === edges.length);
  const all = same.map(({one}) => one);
  const together = {
    steps: all.map((_, place) => place),
    edges,
    counts: Uint32Array.from(all.flatMap(({counts}) => [...counts])),
  };
  const bins = drawnBins(together);
  const fractions = all.map((one) => binFractions(one, bins));
  const highest = Math.max(1e-9, ...fractions.flatMap((row) => [...row].filter(Number.isFinite)));
  const plot = Math.max(1, width - 2 * SIDE);
  const x = (row: number) => SIDE + (1 - row / bins.length) * plot;
  const y = (fraction: number) => HEIGHT - BOTTOM - (fraction / highest) * (HEIGHT - BOTTOM - 6);
  const path = (row: Float32Array) =>
    Array.from(row, (value, place) => {
      const level = y(Number.isFinite(value) ? value : 0).toFixed(1);
      return `${x(place).toFixed(1)} ${level}L${x(place + 1).toFixed(1)} ${level}`;
    }).join('L');
  return (
    <div ref={ref} style={{height: px(HEIGHT)}}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={title}>
          <path class="floor" d={`M${SIDE} ${HEIGHT - BOTTOM}H${SIDE + plot}`} />
          {same.map(({run, colour, dash}, place) => (
            <path
              key={run.name}
              data-run={run.name}
              style={{stroke: `var(--${colour})`}}
              stroke-dasharray={dash?.join(' ')}
              d={`M${path(fractions[place])}`}
            />
          ))}
          {valueTicks(together, bins, plot / 70).map(({value, row}) => (
            <text key={value} x={x(row)} y={HEIGHT - 5} text-anchor="middle">
              {formatTick(value)}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}
