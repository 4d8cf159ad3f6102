/** Loss and metrics of the run as a whole, below the overview where there is room. */

import {useMemo} from 'preact/hooks';
import type {Loss} from '../../api/types';
import type {Line} from '../../plots/chart';
import {StepAxis} from '../../plots/step_axis';
import {GUTTER, Track} from '../../plots/track';
import {lastAtMost} from '../../draw/time_scale';
import {isMetric} from '../../data/metrics';
import {useSession} from '../../state/session';
import {spansDecades} from '../../draw/ticks';

const COLOURS = 4; // of series, in the style sheet

export const LOWEST_CURVE = 120; // CSS pixels that one of the curves needs

/** As many curves as fit the height (CSS pixels), the loss first, and the steps below them. */
export function TrainingCurves({width, height}: {width: number; height: number}) {
  const loss = useSession().loss.data;
  const lossLines = useMemo(() => loss && linesOfLoss(loss), [loss]);
  const metrics = useMemo(() => loss && linesOfMetrics(loss), [loss]);
  const rate = useMemo(
    () => loss && [{name: 'rate', values: loss.learningRate, colour: 'series-3'}],
    [loss],
  );
  if (!loss?.steps.length || !lossLines || !metrics || !rate) return null;
  return (
    <div class="training" data-testid="training-curves">
      <Track
        title="Loss"
        definition="Loss of each sampled batch, and of each epoch as Keras logs it."
        steps={loss.steps}
        lines={lossLines}
        log={spansDecades(loss.loss)}
        format="number"
        label="Loss over the run"
      />
      {height >= 2 * LOWEST_CURVE && metrics.length > 0 && (
        <Track
          title="Metrics"
          definition="Metrics of each epoch, as Keras logs them."
          steps={loss.steps}
          lines={metrics}
          log={ofDifferentSize(metrics)}
          format="number"
          label="Metrics over the run"
        />
      )}
      {height >= 3 * LOWEST_CURVE && varies(loss.learningRate) && (
        <Track
          title="Learning rate"
          definition="Learning rate of the optimizer at each sampled step."
          steps={loss.steps}
          lines={rate}
          log={spansDecades(loss.learningRate)}
          format="number"
          label="Learning rate over the run"
        />
      )}
      <StepAxis width={width - GUTTER} gutter={GUTTER} />
    </div>
  );
}

/** Whether a curve would show more than one number does. */
const varies = (values: Float32Array) => values.some((value) => value !== values[0]);

function linesOfLoss(loss: Loss): Line[] {
  const lines: Line[] = [{name: 'batch', values: loss.loss, colour: 'line-other', width: 1}];
  for (const [name, title] of [
    ['loss', 'epoch'],
    ['val_loss', 'val'],
  ]) {
    const values = loss.epochs.get(name);
    if (values) lines.push(epochLine(loss, title, values, lines.length));
  }
  return lines;
}

/** A metric and its value for validation data share a colour; the latter is dashed. */
function linesOfMetrics(loss: Loss): Line[] {
  const names = [...loss.epochs.keys()].filter(isMetric);
  const bases = [...new Set(names.map(base))];
  return names.map((name) => ({
    ...epochLine(loss, name, loss.epochs.get(name)!, 1 + (bases.indexOf(base(name)) % COLOURS)),
    ...(name !== base(name) && {dash: [5, 3]}),
  }));
}

const base = (name: string) => name.replace(/^val_/, '');

/** Whether metrics are too different in size for one linear axis, and a log axis can show them. */
function ofDifferentSize(lines: readonly Line[]): boolean {
  const found = lines.map(({values}) => [...values].filter(Number.isFinite));
  const largest = found.filter(({length}) => length).map((values) => Math.max(...values));
  return spansDecades(Float32Array.from(largest)) && found.flat().every((value) => value > 0);
}

/** One value per epoch, placed at the last sampled step before the epoch's end. */
function epochLine(loss: Loss, name: string, values: Float32Array, place: number): Line {
  const placed = new Float32Array(loss.steps.length).fill(NaN);
  const recorded = new Uint8Array(loss.steps.length);
  values.forEach((value, epoch) => {
    const column = Math.max(0, lastAtMost(loss.steps, loss.epochSteps[epoch]));
    placed[column] = value;
    recorded[column] = 1;
  });
  const isMissing = (column: number) => !recorded[column];
  return {name, values: placed, colour: `series-${place}`, isMissing, spanGaps: true};
}
