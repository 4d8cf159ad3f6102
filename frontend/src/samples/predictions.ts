/** The model's output for a probe sample, as its largest values. Pure. */

import type {Predictions, Probe} from '../api/types';
import {sampleAt} from '../draw/time_scale';

interface PredictedValue {
  /** Number of the value in the output: the class. */
  readonly index: number;
  readonly value: number;
}

interface PredictionAt {
  /** Of the snapshot. */
  readonly step: number;
  /** Whether the values are probabilities: they add up to 1. */
  readonly probabilities: boolean;
  /** The largest values first; in their order where they are no probabilities. */
  readonly largest: readonly PredictedValue[];
}

const MOST_VALUES = 3;

/** The first output's values for a sample, at the newest snapshot not after the step. */
export function predictionAt(
  {steps, outputs}: Predictions,
  step: number,
  sample: number,
): PredictionAt | undefined {
  const [output] = outputs;
  const column = sampleAt(steps, step);
  if (!output || column < 0 || sample >= output.samples) return undefined;
  const start = (column * output.samples + sample) * output.width;
  const values = output.values.subarray(start, start + output.width);
  const sum = values.reduce((total, value) => total + value, 0);
  const probabilities =
    values.length > 1 && values.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-3;
  const all = Array.from(values, (value, index) => ({index, value}));
  if (probabilities) all.sort((a, b) => b.value - a.value);
  return {step: steps[column], probabilities, largest: all.slice(0, MOST_VALUES)};
}

/** The class of a sample's label, where labels are whole numbers or one-hot; undefined otherwise. */
export function labelClass({labels}: Probe, sample: number): number | undefined {
  if (!labels) return undefined;
  const {data, width} = labels;
  const label = data.subarray(sample * width, (sample + 1) * width);
  if (width === 1) return Number.isInteger(label[0]) ? label[0] : undefined;
  const hot = label.indexOf(1);
  return hot >= 0 && label.every((v, i) => v === (i === hot ? 1 : 0)) ? hot : undefined;
}
