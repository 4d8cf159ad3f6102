/** The answer of a command that inspects a paused run. Pure. */

import {decodeContainer} from '../api/container';
import {readProbe, readStackOf} from '../api/pictures';
import type {MapStack, Probe} from '../api/types';
import type {Outcome} from './control_types';

/** A batch: some of its samples, and the losses of all of them. */
export interface InspectedBatch {
  readonly probe: Probe;
  /** Numbers in the batch of the samples shown. */
  readonly samples: readonly number[];
  /** Of all samples of the batch; undefined where they cannot be computed. */
  readonly losses: readonly number[] | undefined;
  /** Why there are no losses. */
  readonly whyNoLosses: string;
  readonly size: number;
}

/** The output of a layer, or the gradient with respect to a variable. */
export interface InspectedMaps {
  readonly maps: MapStack;
  /** L2 norm of a gradient. */
  readonly l2: number | undefined;
  readonly isGradient: boolean;
}

/** With the step whose batch it is of. */
export type Inspection = {readonly step: number} & (
  {readonly batch: InspectedBatch} | {readonly tensor: InspectedMaps}
);

/** Reads the container that belongs to the outcome of an inspecting command. */
export function readInspection(outcome: Outcome, data: ArrayBuffer, step: number): Inspection {
  const answer = decodeContainer(data);
  const detail = outcome.detail ?? {};
  if (detail.form === 'probe') {
    const losses = detail.losses as (number | string)[] | null;
    const batch = {
      probe: readProbe(answer),
      samples: detail.samples as number[],
      losses: losses?.map(Number), // non-finite losses come as text
      whyNoLosses: detail.why_no_losses as string,
      size: detail.batch_size as number,
    };
    return {step, batch};
  }
  const l2 = detail.l2 === undefined ? undefined : Number(detail.l2);
  const isGradient = outcome.command === 'look_at_gradient';
  return {step, tensor: {maps: readStackOf(answer), l2, isGradient}};
}
