/** What is known about kinds and statistics beyond their definitions: how to write and draw them. */

import type {ScaleName} from '../draw/codes';
import type {NumberFormat} from '../draw/format';

export interface StatisticInfo {
  readonly title: string;
  /** For narrow headings. */
  readonly short: string;
  readonly format: NumberFormat;
  readonly scale: ScaleName;
  /** Shown where the server sends no definition of its own. */
  readonly definition: string;
  /** Whether NaN stands for "does not apply". */
  readonly nanIsMissing?: boolean;
}

const STATISTICS: Record<string, StatisticInfo> = {
  l2: {
    title: 'L2 norm',
    short: 'L2',
    format: 'number',
    scale: 'log',
    definition: 'Square root of the sum of squares.',
  },
  mean: {
    title: 'Mean',
    short: 'mean',
    format: 'number',
    scale: 'linear',
    definition: 'Arithmetic mean of all elements.',
  },
  std: {
    title: 'Standard deviation',
    short: 'std',
    format: 'number',
    scale: 'log',
    definition: 'Standard deviation of all elements.',
  },
  max_abs: {
    title: 'Largest magnitude',
    short: 'max |x|',
    format: 'number',
    scale: 'log',
    definition: 'Largest absolute value.',
  },
  zero_fraction: {
    title: 'Zeros',
    short: 'zeros',
    format: 'percent',
    scale: 'linear',
    definition: 'Share of elements that are exactly zero.',
  },
  nonfinite_count: {
    title: 'Non-finite values',
    short: 'NaN',
    format: 'count',
    scale: 'linear',
    definition: 'Number of elements that are NaN or infinite.',
  },
  ratio: {
    title: 'Update ratio',
    short: 'ratio',
    format: 'number',
    scale: 'log',
    definition: 'L2 norm of the update divided by the L2 norm of the weights.',
    nanIsMissing: true,
  },
  saturated_fraction: {
    title: 'Saturated',
    short: 'saturated',
    format: 'percent',
    scale: 'linear',
    definition: 'Share of outputs on the flat part of the activation function.',
    nanIsMissing: true,
  },
  effective_rank: {
    title: 'Effective rank',
    short: 'rank',
    format: 'count',
    scale: 'linear',
    definition: 'Directions that hold 99 % of the variance of the output over the probe samples.',
  },
  rank_fraction: {
    title: 'Rank share',
    short: 'rank share',
    format: 'percent',
    scale: 'linear',
    definition: 'Effective rank divided by the largest one possible.',
  },
  learning_rate: {
    title: 'Learning rate',
    short: 'rate',
    format: 'number',
    scale: 'log',
    definition: 'Learning rate of the optimizer.',
    nanIsMissing: true,
  },
  loss: {
    title: 'Loss',
    short: 'loss',
    format: 'number',
    scale: 'log',
    definition: 'The loss of the batch, or of the epoch.',
  },
  gradient_norm: {
    title: 'Gradient norm',
    short: 'norm',
    format: 'number',
    scale: 'log',
    definition: 'L2 norm of all gradients together, before clipping.',
  },
  min: {
    title: 'Smallest',
    short: 'min',
    format: 'number',
    scale: 'linear',
    definition: 'Smallest element.',
  },
  max: {
    title: 'Largest',
    short: 'max',
    format: 'number',
    scale: 'linear',
    definition: 'Largest element.',
  },
  dead_fraction: {
    title: 'Dead units',
    short: 'dead',
    format: 'percent',
    scale: 'linear',
    definition: 'Share of units that were zero for every input of the window.',
    nanIsMissing: true,
  },
};

/** Kinds whose rows are variables or layer outputs, with their titles. */
export const KINDS: Readonly<Record<string, string>> = {
  gradient: 'Gradient',
  weight: 'Weight',
  update: 'Update',
  activation: 'Activation',
};

/** All kinds that can be looked at over time: also those of the run as a whole, and of its data. */
export const TIME_KINDS: Readonly<Record<string, string>> = {
  ...KINDS,
  representation: 'Representation',
  input: 'Input',
  target: 'Target',
  step: 'Training step',
  epoch: 'Epoch',
};

const TENSOR = ['l2', 'mean', 'std', 'max_abs', 'zero_fraction', 'nonfinite_count'] as const;

const RANGE = ['min', 'max', 'mean', 'std', 'nonfinite_count'];
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  representation: ['effective_rank', 'rank_fraction', 'dimensions', 'observations'],
  input: RANGE,
  target: RANGE,
  step: ['loss', 'learning_rate', 'gradient_norm', 'gradient_norm_clipped', 'epoch'],
  epoch: ['loss', 'val_loss'],
};

/** The statistics of a kind, in the order of the records. */
export function statisticsOf(kind: string): readonly string[] {
  if (kind === 'update') return [...TENSOR, 'ratio'];
  if (kind === 'activation') return [...TENSOR, 'saturated_fraction', 'dead_fraction'];
  if (kind in OTHERS) return OTHERS[kind];
  return TENSOR;
}

export function statisticInfo(statistic: string): StatisticInfo {
  return (
    STATISTICS[statistic] ?? {
      title: statistic,
      short: statistic,
      format: 'number',
      scale: 'linear',
      definition: '',
    }
  );
}
