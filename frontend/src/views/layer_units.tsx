/** A layer's units over the run: how large each one's output was, and which were dead. */

import {useMemo} from 'preact/hooks';
import {unitsQuery} from '../api/queries';
import type {Units} from '../api/types';
import {Heatmap} from '../components/heatmap';
import {px, useSize} from '../components/hooks';
import {Pending} from '../components/states';
import {TimeAxis} from '../components/time_axis';
import {showTooltip} from '../components/tooltip';
import {encode} from '../draw/codes';
import {colourTable, cssGradient} from '../draw/colour_maps';
import {formatCount, formatNumber} from '../draw/format';
import {sampleAt} from '../draw/time_scale';
import {markDead, withDead} from '../draw/dead';
import type {Layer} from '../state/layers';
import {type Resource, useResource} from '../state/resource';
import {useSession} from '../state/session';
import {GUTTER} from '../components/track';

const HIGHEST_UNIT = 12; // CSS pixels

export function LayerUnits({layer}: {layer: Layer}) {
  const session = useSession();
  const units = useUnits();
  if (!siteWithUnits(layer))
    return <p class="quiet units-note">No units are recorded of this layer.</p>;
  if (!session.has('units')) {
    return <p class="quiet units-note">Units are not recorded in this run (units=False).</p>;
  }
  return (
    <Pending loaded={units.state.value} retry={() => units.retry()} class="units">
      {(data) => <UnitMap units={data} />}
    </Pending>
  );
}

/** The output whose units are shown: the first one that has any. */
export const siteWithUnits = (layer: Layer | undefined) =>
  layer?.sites.find((candidate) => candidate.units > 0);

/** The units of the selected layer. */
export function useUnits(): Resource<Units> {
  const session = useSession();
  return useResource(
    session.client,
    () => {
      const site = siteWithUnits(session.layer.value);
      return site && session.has('units')
        ? session.request((run) => unitsQuery(run, site.name))
        : undefined;
    },
    session.host.visible,
  );
}

function UnitMap({units}: {units: Units}) {
  const session = useSession();
  const theme = session.host.theme.value;
  const map = session.settings.colours.value;
  const columns = units.steps.length;
  const [ref, size] = useSize<HTMLDivElement>();
  const coded = useMemo(() => {
    const all = encode({rows: units.units, columns, values: units.maxAbs}, 'linear');
    return {...all, codes: markDead(all.codes, units.dead)};
  }, [units]);
  const colours = useMemo(() => withDead(colourTable(map, theme)), [map, theme]);
  const step = session.step.value;
  const dead = step === undefined ? 0 : deadAt(units, sampleAt(units.steps, step));
  const height = units.units * HIGHEST_UNIT + 4;
  return (
    <section class="track unit-track" data-testid="unit-map">
      <header>
        <h3 title="Largest magnitude of each unit over the sampled batch.">
          Units, largest |output| in the batch
        </h3>
        <span class="spring" />
        <span class="reading">
          0 <i class="gradient" style={{background: cssGradient(map, theme)}} />{' '}
          {formatNumber(coded.scale.high)}
        </span>
        <span
          class="reading"
          title={`Dead: zero for every input of ${units.window}`}
          data-testid="dead-units"
          data-value={dead}
        >
          <i class="swatch dead" />
          <b class={dead ? 'dead' : ''}>
            {formatCount(dead)} of {formatCount(units.units)}
          </b>{' '}
          dead
        </span>
      </header>
      <div class="unit-frame" style={{maxHeight: px(height)}}>
        <div class="unit-axis" style={{width: px(GUTTER)}}>
          <span>unit 0</span>
          <span>{units.units - 1}</span>
        </div>
        <div class="unit-plot" ref={ref}>
          <Heatmap
            coded={coded}
            rows={units.units}
            columns={columns}
            firstSteps={units.firstSteps}
            domain={session.domain.value}
            colours={colours}
            label={`${units.units} units of ${units.site} over ${columns} steps, ${dead} of them dead at the shown step`}
            testId="units"
            onHover={({row, column, x, y}) => {
              const index = row * columns + column;
              showTooltip(x, y, {
                title: `${units.site}, unit ${row}`,
                lines: [
                  {label: 'step', value: formatCount(units.steps[column])},
                  {label: 'largest |output|', value: formatNumber(units.maxAbs[index])},
                ],
                ...(units.dead[index] && {
                  note: `Dead: zero in all ${units.windowSamples[column]} batches of the window, which is ${units.window}.`,
                }),
              });
            }}
            onPick={({column}) => session.goTo(units.steps[column])}
          />
        </div>
      </div>
      <div class="axis-row" style={{'--gutter': px(GUTTER)}}>
        <span class="axis-name">step</span>
        <TimeAxis width={size.value.width} />
      </div>
    </section>
  );
}

function deadAt(units: Units, column: number): number {
  let count = 0;
  for (let unit = 0; unit < units.units; unit++) {
    count += units.dead[unit * units.steps.length + column];
  }
  return count;
}
