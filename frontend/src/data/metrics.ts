/** What Keras logs at the end of an epoch, apart from what is no metric. Pure. */

import type {Loss} from '../api/types';

const NO_METRICS = ['loss', 'val_loss', 'learning_rate', 'epoch'];

/** Whether a number of an epoch is a metric rather than a loss or a setting. */
export const isMetric = (name: string) => !NO_METRICS.includes(name);

/** All that is logged but for settings. */
export const metricNames = (loss: Loss) =>
  [...loss.epochs.keys()].filter((name) => isMetric(name) || name.endsWith('loss'));

/** The value of an epoch, NaN where it has none. */
export const valueAt = (loss: Loss, name: string, epoch: number) =>
  loss.epochs.get(name)?.[epoch] ?? NaN;
