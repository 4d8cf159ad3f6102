/** What was inspected while the run is paused. */

import {InputPicture} from '../samples/probe_sample';
import {formatCount, formatNumber} from '../draw/format';
import {type BatchLook, steeringOf} from './steering';
import {useSession} from '../state/session';
import {MapTiles} from '../samples/map_tiles';

const SIDE = 56; // CSS pixels of a sample

export function Looked() {
  const look = steeringOf(useSession()).look.value;
  if (!look) return null;
  if ('batch' in look) return <BatchPicture look={look.batch} step={look.step} />;
  return (
    <div class="looked" data-testid="looked-maps" data-name={look.maps.name}>
      <p class="quiet">
        {look.text}, for the batch of step {formatCount(look.step)}
      </p>
      <div class="looked-maps">
        <MapTiles maps={look.maps} probe={undefined} predictions={undefined} />
      </div>
    </div>
  );
}

function BatchPicture({look, step}: {look: BatchLook; step: number}) {
  const {probe, samples, losses} = look;
  const finite = losses?.filter(Number.isFinite) ?? [];
  const mean = finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
  const bad = (losses?.length ?? 0) - finite.length;
  return (
    <div class="looked" data-testid="looked-batch">
      <p class="quiet">
        The batch of step {formatCount(step)}: {look.size} samples
        {losses ? `, mean loss ${formatNumber(mean)}; largest first` : `; no losses: ${look.note}`}
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
