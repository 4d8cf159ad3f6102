/** A variable's weights as a picture: kernels as tiles, matrices as heatmaps; the norm of each unit. */

import {useMemo} from 'preact/hooks';
import type {Maps} from '../../api/types';
import {Choice} from '../../components/controls';
import {NotRecorded, Pending} from '../../components/states';
import {hideTooltip, showTooltip} from '../../components/tooltip';
import {splitPath} from '../../data/layers';
import {cssGradient} from '../../draw/colour_maps';
import {formatNumber, formatShape} from '../../draw/format';
import {mapsSheet} from '../../samples/map_sheet';
import {MapTiles} from '../../samples/map_tiles';
import {SnapshotNote} from '../../samples/snapshot_note';
import {weightReach} from '../../samples/stacks';
import {useKernel} from '../../samples/use_pictures';
import {useSession} from '../../state/session';
import {WithTable} from '../../tables/with_table';

export function KernelPicture() {
  const session = useSession();
  const {kernel, names} = useKernel();
  const layer = session.layer.value?.path ?? '';
  if (!session.has('kernels')) {
    return (
      <NotRecorded
        what="Pictures of weights are not recorded in this run"
        how="They are recorded with probe samples: InspectCallback(log_dir, probe=x_test[:8])."
      />
    );
  }
  return (
    <Pending loaded={kernel.state.value} retry={() => kernel.retry()} class="maps-pending">
      {(data) =>
        names.length ? (
          <Picture maps={data} names={names} />
        ) : (
          <NotRecorded
            what={`No weights of ${layer} are recorded as a picture`}
            how="Choose a variable in the table above."
          />
        )
      }
    </Pending>
  );
}

function Picture({maps, names}: {maps: Maps; names: readonly string[]}) {
  const {settings, host} = useSession();
  const sheet = useMemo(() => mapsSheet(maps), [maps]);
  const [, units] = maps.shape;
  const [inputs, , , all] = maps.fullShape;
  const reach = weightReach(maps);
  return (
    <>
      <div class="view-bar">
        {names.length > 1 && (
          <Choice
            label="Variable"
            value={maps.name}
            options={names.map((name) => [name, splitPath(name)[1], name])}
            onChange={(next) => (settings.tensor.value = next)}
          />
        )}
        <span class="quiet">
          {maps.layout === 'kernel'
            ? `${formatShape(maps.fullShape)}: inputs downwards, units across; ${maps.shape[0]} of ${inputs} inputs, ${units} of ${all} units`
            : `${formatShape(maps.fullShape.slice(1, 3))}: inputs downwards, units across`}
        </span>
        <span class="spring" />
        <span class="legend">
          <span class="number">{formatNumber(-reach)}</span>
          <i class="gradient" style={{background: cssGradient('diverging', host.theme.value)}} />
          <span class="number">{formatNumber(reach)}</span>
        </span>
        <SnapshotNote of={maps.step} />
      </div>
      <WithTable sheet={sheet}>
        {maps.norms && maps.norms.length > 0 && <UnitNorms norms={maps.norms} />}
        <MapTiles maps={maps} step={maps.step} probe={undefined} predictions={undefined} />
      </WithTable>
    </>
  );
}

const HEIGHT = 30;

/** One bar per unit; a click chooses the unit. */
function UnitNorms({norms}: {norms: Float32Array}) {
  const {unit} = useSession().settings;
  const most = norms.reduce((a, b) => (b > a ? b : a), 0) || 1;
  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * norms.length);
    return Math.min(norms.length - 1, Math.max(0, place));
  };
  const bars = Array.from(norms, (norm, place) =>
    Number.isFinite(norm)
      ? `M${place + 0.1} ${HEIGHT}v${-(HEIGHT * norm) / most}h.8v${(HEIGHT * norm) / most}`
      : '',
  ).join('');
  return (
    <div class="unit-norms">
      <span title="Square root of the sum of squares of all incoming weights of a unit">
        norm per unit, up to {formatNumber(most)}
      </span>
      <svg
        viewBox={`0 0 ${norms.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Norm of the weights of each of ${norms.length} units`}
        data-testid="unit-norms"
        onPointerMove={(event) => {
          const place = at(event);
          showTooltip(event.clientX, event.clientY, {
            title: `unit ${place}`,
            lines: [{label: 'norm of its weights', value: formatNumber(norms[place])}],
          });
        }}
        onPointerLeave={hideTooltip}
        onPointerDown={(event) => (unit.value = at(event))}
      >
        <path d={bars} />
      </svg>
    </div>
  );
}
