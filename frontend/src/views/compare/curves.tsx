/** Losses, metrics and learning rates of all compared runs over each other. */

import {useMemo} from 'preact/hooks';
import type {Loss} from '../../api/types';
import {px, useSize} from '../../components/hooks';
import {isMetric} from '../../data/metrics';
import {type Curve, aligned} from '../../draw/aligned';
import {spansDecades} from '../../draw/ticks';
import type {Line} from '../../plots/chart';
import {StepAxis} from '../../plots/step_axis';
import {GUTTER, Track} from '../../plots/track';
import type {ShownRun} from './runs_shown';

const MOST_METRICS = 4;

interface Series {
  readonly title: string;
  readonly definition: string;
  /** What a run has of it; undefined for nothing. */
  readonly of: (loss: Loss) => {steps: Float64Array; values: Float32Array} | undefined;
}

export function Curves({runs}: {runs: readonly ShownRun[]}) {
  const series = useMemo(() => seriesOf(runs), [runs]);
  return (
    <div class="compare-curves" data-testid="compare-curves">
      {series.map((one) => (
        <CurveTrack key={one.title} series={one} runs={runs} />
      ))}
    </div>
  );
}

function seriesOf(runs: readonly ShownRun[]): Series[] {
  const losses = runs.flatMap(({loss}) => loss ?? []);
  const logged = new Set(losses.flatMap(({epochs}) => [...epochs.keys()]));
  const ofEpochs = (name: string): Series['of'] => {
    return ({epochs, epochSteps}) => {
      const values = epochs.get(name);
      return values && {steps: epochSteps, values};
    };
  };
  const metrics = [...logged].filter(isMetric).slice(0, MOST_METRICS);
  const epochs = [...(logged.has('val_loss') ? ['val_loss'] : []), ...metrics];
  return [
    {
      title: 'Loss',
      definition: 'Loss of each sampled batch.',
      of: ({steps, loss}) => ({steps, values: loss}),
    },
    ...epochs.map((name) => ({
      title: name,
      definition: `${name} of each epoch, as Keras logs it.`,
      of: ofEpochs(name),
    })),
    {
      title: 'Learning rate',
      definition: 'Learning rate of the optimizer at each sampled step.',
      of: ({steps, learningRate}) => ({steps, values: learningRate}),
    },
  ];
}

function CurveTrack({series, runs}: {series: Series; runs: readonly ShownRun[]}) {
  const [ref, size] = useSize<HTMLDivElement>();
  const {places, lines, log} = useMemo(() => linesOf(series, runs), [series, runs]);
  if (!lines.length) return null;
  return (
    <div class="compare-curve" ref={ref} data-curve={series.title}>
      <Track
        title={series.title}
        definition={series.definition}
        steps={places}
        lines={lines}
        log={log}
        format="number"
        unnamed
        label={`${series.title} of ${lines.length} runs`}
      />
      <div style={{'--gutter': px(GUTTER)}}>
        <StepAxis width={size.value.width - GUTTER - 14} gutter={GUTTER} />
      </div>
    </div>
  );
}

function linesOf({of}: Series, runs: readonly ShownRun[]) {
  const found = runs.flatMap((shown) => {
    const {loss, position} = shown;
    const own = loss && of(loss);
    if (!own?.steps.length || !position || !own.values.some(Number.isFinite)) return [];
    const curve: Curve = {places: Float64Array.from(own.steps, position), values: own.values};
    return [{shown, curve}];
  });
  const {places, values, own} = aligned(found.map(({curve}) => curve));
  const lines: Line[] = found.map(({shown: {run, colour, dash}}, place) => ({
    name: run.name,
    values: values[place],
    isMissing: (column) => !own[place][column],
    colour,
    ...(dash && {dash}),
    spanGaps: true,
  }));
  const all = Float32Array.from(values.flatMap((row) => [...row].filter(Number.isFinite)));
  return {places, lines, log: spansDecades(all)};
}
