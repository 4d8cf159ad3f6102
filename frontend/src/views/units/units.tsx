/** Every unit of a layer over the run: which died, when, and the history of one of them. */

import {useMemo} from 'preact/hooks';
import type {Units} from '../../api/types';
import {Choice} from '../../components/controls';
import {px, useSize} from '../../components/hooks';
import {SiteSelect} from '../../components/site_select';
import {NotRecorded, Pending} from '../../components/states';
import {overTime} from '../../data/sheet';
import {formatCount, formatNumber} from '../../draw/format';
import {sampleAt} from '../../draw/time_scale';
import {
  type UnitOrder,
  deadCounts,
  deadSince,
  medianOverUnits,
  orderUnits,
} from '../../draw/unit_order';
import type {Line} from '../../plots/chart';
import {StepAxis} from '../../plots/step_axis';
import {GUTTER, Track} from '../../plots/track';
import {UnitHeatmap, UnitLegend, useUnitCodes} from '../../plots/unit_heatmap';
import {useSession} from '../../state/session';
import {siteWithUnits, useUnits} from '../../state/use_units';
import {WithTable} from '../../tables/with_table';
import {UnitWeights} from './unit_weights';

const HIGHEST_UNIT = 26; // CSS pixels
const LOWEST_LABEL = 13;

export function UnitsView() {
  const session = useSession();
  const units = useUnits();
  if (!session.has('units')) {
    return (
      <NotRecorded
        what="Units are not recorded in this run"
        how='They are recorded by default; InspectCallback(record={"units": False}) and tier="economy" turn them off.'
      />
    );
  }
  const layer = session.layer.value;
  if (layer && !siteWithUnits(layer)) return <NoUnits path={layer.path} />;
  return (
    <Pending loaded={units.state.value} retry={() => units.retry()} class="units-view">
      {(data) => <UnitsOfLayer units={data} />}
    </Pending>
  );
}

function useSites(): string[] {
  return useSession().layers.value.flatMap((layer) => siteWithUnits(layer)?.name ?? []);
}

function NoUnits({path}: {path: string}) {
  const sites = useSites();
  return (
    <>
      <div class="view-bar">
        <SiteSelect names={sites} value="" testId="units-layer" />
      </div>
      <NotRecorded
        what={`No units of ${path} are recorded`}
        how="Its output has no axis of units. Choose another layer above."
      />
    </>
  );
}

function UnitsOfLayer({units}: {units: Units}) {
  const session = useSession();
  const {unitOrder, unit: chosen} = session.settings;
  const sites = useSites();
  const order = useMemo(() => orderUnits(units, unitOrder.value), [units, unitOrder.value]);
  const coded = useUnitCodes(units, order);
  const step = session.step.value;
  const column = step === undefined ? -1 : sampleAt(units.steps, step);
  // Until a unit is chosen, the first row is: in the order of death, the unit that died first.
  const unit = chosen.value !== undefined && chosen.value < units.units ? chosen.value : order[0];
  const row = order.indexOf(unit);
  const pickRow = (next: number) => {
    chosen.value = order[Math.max(0, Math.min(units.units - 1, next))];
  };
  const [ref, size] = useSize<HTMLDivElement>();
  const sheet = useMemo(() => {
    const names = Array.from(order, (each) => `unit ${each}`);
    return overTime(
      `Units of ${units.site}`,
      units.steps,
      names,
      (place, at) => units.maxAbs[order[place] * units.steps.length + at],
    );
  }, [units, order]);
  return (
    <>
      <div class="view-bar">
        <SiteSelect names={sites} value={units.site} testId="units-layer" />
        <Choice<UnitOrder>
          label="Order of units"
          testId="unit-order"
          value={unitOrder.value}
          options={[
            ['unit', 'By number', 'Units as they are in the layer'],
            ['death', 'Dead first', 'Longest dead first, living units last'],
            ['activity', 'Most active', 'Largest mean magnitude over the run first'],
          ]}
          onChange={(next) => (unitOrder.value = next)}
        />
        <span class="spring" />
        <UnitLegend units={units} coded={coded} column={column} />
      </div>
      <WithTable sheet={sheet}>
        <div class="unit-frame tall" style={{maxHeight: px(units.units * HIGHEST_UNIT + 12)}}>
          <RowNumbers order={order} height={size.value.height} selected={unit} />
          <div class="unit-plot" ref={ref}>
            <UnitHeatmap
              units={units}
              coded={coded}
              order={order}
              testId="unit-heatmap"
              markedRow={row}
              onPickRow={pickRow}
              onMoveRow={(rows) => pickRow(row + rows)}
            />
          </div>
        </div>
        <StepAxis width={size.value.width} gutter={GUTTER} />
        <UnitTracks units={units} unit={unit} column={column} />
        <UnitWeights unit={unit} />
      </WithTable>
    </>
  );
}

/** Numbers of the units beside their rows, thinned out where rows are low. */
function RowNumbers(props: {order: Int32Array; height: number; selected: number}) {
  const {order, height, selected} = props;
  const room = height - 4;
  const stride = Math.max(1, Math.ceil((LOWEST_LABEL * order.length) / Math.max(1, room)));
  return (
    <div class="unit-numbers" style={{width: px(GUTTER)}} aria-hidden="true">
      {Array.from(order, (unit, row) =>
        row % stride ? null : (
          <span
            key={row}
            class={unit === selected ? 'selected' : ''}
            style={{top: px(4 + ((row + 0.5) * room) / order.length)}}
          >
            {unit}
          </span>
        ),
      )}
    </div>
  );
}

function UnitTracks({units, unit, column}: {units: Units; unit: number; column: number}) {
  const columns = units.steps.length;
  const dead = useMemo<Line[]>(
    () => [{name: 'dead', values: deadCounts(units), colour: 'dead', width: 2}],
    [units],
  );
  const median = useMemo(() => medianOverUnits(units), [units]);
  const history = useMemo<Line[]>(
    () => [
      {name: 'median of all units', values: median, colour: 'line-other'},
      {
        name: `unit ${unit}`,
        values: units.maxAbs.subarray(unit * columns, (unit + 1) * columns),
        colour: 'series-1',
        width: 2,
      },
    ],
    [units, unit],
  );
  return (
    <div class="unit-tracks">
      <Track
        title={`Unit ${unit}, largest |output|`}
        note={<UnitState units={units} unit={unit} column={column} />}
        definition="Largest magnitude of the unit's output over the sampled batch."
        steps={units.steps}
        lines={history}
        log={false}
        format="number"
        label={`Unit ${unit} of ${units.site} over the run`}
      />
      <Track
        title="Dead units"
        definition={`Units that were zero for every input of ${units.window}.`}
        steps={units.steps}
        lines={dead}
        log={false}
        format="count"
        label={`Number of dead units of ${units.site} over the run`}
      />
    </div>
  );
}

/** The state of the unit at the shown step, in words. */
function UnitState({units, unit, column}: {units: Units; unit: number; column: number}) {
  if (column < 0) return null;
  const since = deadSince(units, unit, column);
  const value = units.maxAbs[unit * units.steps.length + column];
  const state =
    since >= 0
      ? `dead since step ${formatCount(units.steps[since])}`
      : Number.isFinite(value)
        ? value === 0
          ? 'zero in this batch'
          : 'alive'
        : formatNumber(value);
  return (
    <span
      class={since >= 0 ? 'reading dead-text' : 'quiet'}
      data-testid="unit-state"
      data-unit={unit}
      data-value={since >= 0 ? units.steps[since] : ''}
    >
      {state}
    </span>
  );
}
