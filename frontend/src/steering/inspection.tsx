/** What was inspected while the run is paused. */

import {formatCount, formatNumber} from '../draw/format';
import {MapTiles} from '../samples/map_tiles';
import {InputPicture} from '../samples/probe_sample';
import {useSession} from '../state/session';
import type {InspectedBatch, InspectedMaps} from './inspected';
import {steeringOf} from './steering';

const SIDE = 56; // CSS pixels of a sample

export function InspectionView() {
  const inspection = steeringOf(useSession()).inspection.value;
  if (!inspection) return null;
  const {step} = inspection;
  if ('batch' in inspection) return <BatchView batch={inspection.batch} step={step} />;
  return <TensorView tensor={inspection.tensor} step={step} />;
}

function TensorView({tensor: {maps, l2, isGradient}, step}: {tensor: InspectedMaps; step: number}) {
  return (
    <div class="inspection" data-testid="inspected-maps" data-name={maps.name}>
      <p class="quiet">
        {isGradient ? 'Gradient with respect to' : 'Output of'} {maps.name}
        {l2 !== undefined && `, L2 norm ${formatNumber(l2)}`}, for the batch of step{' '}
        {formatCount(step)}
      </p>
      <div class="inspection-maps">
        <MapTiles maps={maps} probe={undefined} predictions={undefined} />
      </div>
    </div>
  );
}

function BatchView({batch, step}: {batch: InspectedBatch; step: number}) {
  const {probe, samples, losses} = batch;
  const finite = losses?.filter(Number.isFinite) ?? [];
  const mean = finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
  const bad = (losses?.length ?? 0) - finite.length;
  return (
    <div class="inspection" data-testid="inspected-batch">
      <p class="quiet">
        The batch of step {formatCount(step)}: {batch.size} samples
        {losses
          ? `, mean loss ${formatNumber(mean)}; largest first`
          : `; no losses: ${batch.whyNoLosses}`}
        {bad > 0 && <b class="alarm"> · {bad} not finite</b>}
      </p>
      <ul>
        {samples.map((sample, place) => {
          const loss = losses?.[sample];
          const label = probe.labels?.data.subarray(
            place * probe.labels.width,
            Math.min(place + 1, samples.length) * probe.labels.width,
          );
          return (
            <li key={sample} data-testid="batch-sample" data-loss={loss}>
              {probe.inputs.map((stack) => (
                <InputPicture key={stack.name} stack={stack} sample={place} side={SIDE} />
              ))}
              {loss !== undefined && (
                <b class={Number.isFinite(loss) ? '' : 'alarm'}>{formatNumber(loss)}</b>
              )}
              <span class="quiet">
                #{sample}
                {label && `, label ${[...label].slice(0, 2).map(formatNumber).join(', ')}`}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
