/** The incoming weights of the selected unit, from its layer's kernel; the largest are named. */

import {useMemo} from 'preact/hooks';
import {hideTooltip, showTooltip} from '../../components/tooltip';
import {formatCount, formatNumber} from '../../draw/format';
import {SnapshotNote} from '../../samples/snapshot_note';
import {parseShape, shapeOfInput} from '../../samples/flat_shape';
import {FlatShapeField} from '../../samples/flat_shape_field';
import {useKernel, useProbe} from '../../samples/use_pictures';
import {flatShape} from '../../state/flat_shape';
import {useSession} from '../../state/session';
import {type Incoming, incomingWeights, strongest} from './incoming';
import {WeightPicture} from './weight_picture';

const MOST_NAMED = 5;
const HEIGHT = 40;
const FEWEST_PIXELS = 16; // of what may be a picture

export function UnitWeights({unit}: {unit: number}) {
  const session = useSession();
  const {kernel} = useKernel();
  const maps = kernel.fresh.value;
  const found = useMemo(() => maps && incomingWeights(maps, unit), [maps, unit]);
  const probe = useProbe().data;
  if (!session.has('kernels') || !maps) return null;
  const inputs = found?.weights.length ?? 0;
  const isWhole = found !== undefined && !found.norms && found.weights.every((w) => w.inputs === 1);
  const given = shapeOfInput(probe?.inputs ?? [], inputs);
  const shape = isWhole ? (given ?? parseShape(flatShape.value, inputs)) : undefined;
  return (
    <section class="track unit-weights" data-testid="unit-weights" data-unit={unit}>
      <header>
        <h3 title="Weights of the layer’s kernel that feed this unit">
          Incoming weights of unit {unit}, {maps.name}
        </h3>
        <span class="spring" />
        {isWhole && !given && inputs >= FEWEST_PIXELS && <FlatShapeField values={inputs} />}
        <SnapshotNote of={maps.step} />
      </header>
      {found ? (
        <>
          <p class="quiet">
            {found.norms
              ? 'L2 norm of the kernel from each input channel'
              : 'weight from each input'}
            {found.units > 1 && `, mean over ${found.units} neighbouring units`}; strongest:{' '}
            {strongest(found.weights, MOST_NAMED).map((each) => (
              <span
                key={each.input}
                class="reading"
                data-input={each.input}
                data-value={each.weight}
              >
                {nameOf(each)}{' '}
                <b class={Number.isFinite(each.weight) ? '' : 'alarm'}>
                  {formatNumber(each.weight)}
                </b>{' '}
              </span>
            ))}
          </p>
          {shape ? (
            <WeightPicture weights={found.weights} shape={shape} />
          ) : (
            <Bars weights={found.weights} />
          )}
        </>
      ) : (
        <p class="quiet">
          This unit is not recorded: only the {formatCount(maps.shape[1])} units with the largest
          norm are.
        </p>
      )}
    </section>
  );
}

const nameOf = ({input, inputs}: Incoming) =>
  inputs > 1 ? `inputs ${input}–${input + inputs - 1} (mean)` : `input ${input}`;

/** Bars up and down from zero. */
function Bars({weights}: {weights: readonly Incoming[]}) {
  const most = weights.reduce((a, {weight}) => Math.max(a, Math.abs(weight) || 0), 0) || 1;
  const signed = weights.some(({weight}) => weight < 0);
  const zero = signed ? HEIGHT / 2 : HEIGHT;
  const path = weights
    .map(({weight}, place) => {
      const height = (zero * (Number.isFinite(weight) ? weight : 0)) / most;
      return `M${place + 0.1} ${zero}v${-height}h.8v${height}`;
    })
    .join('');
  const hover = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * weights.length);
    const hit = weights[Math.min(weights.length - 1, Math.max(0, place))];
    showTooltip(event.clientX, event.clientY, {
      title: nameOf(hit),
      lines: [{label: 'weight', value: formatNumber(hit.weight)}],
    });
  };
  return (
    <svg
      viewBox={`0 0 ${weights.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Weights from ${weights.length} inputs`}
      onPointerMove={hover}
      onPointerLeave={hideTooltip}
    >
      <path d={path} />
    </svg>
  );
}
