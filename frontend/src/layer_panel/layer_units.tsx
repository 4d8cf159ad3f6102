/** A layer's units over the run, below its series. */

import type {Units} from '../api/types';
import {px, useSize} from '../components/hooks';
import {Pending} from '../components/states';
import type {Layer} from '../data/layers';
import {sampleAt} from '../draw/time_scale';
import {StepAxis} from '../plots/step_axis';
import {GUTTER} from '../plots/track';
import {UnitHeatmap, UnitLegend, useUnitCodes} from '../plots/unit_heatmap';
import {useSession} from '../state/session';
import {siteWithUnits, useUnits} from '../state/use_units';

const HIGHEST_UNIT = 12; // CSS pixels

export function LayerUnits({layer}: {layer: Layer}) {
  const session = useSession();
  const units = useUnits();
  if (!siteWithUnits(layer)) {
    return <p class="quiet units-note">No units are recorded for this layer.</p>;
  }
  if (!session.has('units')) {
    return <p class="quiet units-note">Units are not recorded in this run.</p>;
  }
  return (
    <Pending loaded={units.state.value} retry={() => units.retry()} class="units">
      {(data) => <UnitMap units={data} />}
    </Pending>
  );
}

function UnitMap({units}: {units: Units}) {
  const session = useSession();
  const [ref, size] = useSize<HTMLDivElement>();
  const coded = useUnitCodes(units);
  const step = session.step.value;
  return (
    <section class="track unit-track" data-testid="unit-map">
      <header>
        <h3 title="Largest magnitude of each unit over the sampled batch.">
          Units, largest |output| in the batch
        </h3>
        <span class="spring" />
        <UnitLegend
          units={units}
          coded={coded}
          column={step === undefined ? -1 : sampleAt(units.steps, step)}
        />
      </header>
      <div class="unit-frame" style={{maxHeight: px(units.units * HIGHEST_UNIT + 4)}}>
        <div class="unit-axis" style={{width: px(GUTTER)}}>
          <span>unit 0</span>
          <span>{units.units - 1}</span>
        </div>
        <div class="unit-plot" ref={ref}>
          <UnitHeatmap units={units} coded={coded} testId="units" />
        </div>
      </div>
      <StepAxis width={size.value.width} gutter={GUTTER} />
    </section>
  );
}
