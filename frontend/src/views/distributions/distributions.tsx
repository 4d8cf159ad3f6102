/** How the elements of one tensor are distributed, over the run. */

import {useMemo} from 'preact/hooks';
import {histogramQuery} from '../../api/queries';
import type {HistogramAnswer} from '../../api/types';
import {Choice, Select} from '../../components/controls';
import {NotRecorded, Pending} from '../../components/states';
import {rowsOf, splitPath} from '../../data/layers';
import {overTime} from '../../data/sheet';
import {LAYER_KINDS} from '../../data/statistics';
import {cssGradient, nonfiniteColour} from '../../draw/colour_maps';
import {binsOf, densityCodes, drawnBins} from '../../draw/density';
import {formatCount, formatPercent} from '../../draw/format';
import {type Session, useLoaded, useSession} from '../../state/session';
import type {DensityForm} from '../../state/settings';
import {WithTable} from '../../tables/with_table';
import {binRange, DensityMap} from './density_map';
import {Ridges} from './ridges';

const isRecorded = (session: Session, kind: string) => session.has(`${kind}_histogram`);

/** The chosen kind where distributions of it exist. */
function kindOf(session: Session): string {
  const kind = session.settings.kind.value;
  return kind in LAYER_KINDS ? kind : 'gradient';
}

/** The chosen tensor where the layer has it, else the layer's first one. */
function tensorOf(session: Session): string | undefined {
  const names = rowsOf(session.layer.value, kindOf(session));
  return names.find((name) => name === session.settings.tensor.value) ?? names[0];
}

export function Distributions() {
  const session = useSession();
  const kind = kindOf(session);
  const histogram = useLoaded(() => {
    const [wanted, name] = [kindOf(session), tensorOf(session)];
    if (name === undefined || !isRecorded(session, wanted)) return undefined;
    return session.request((run) => histogramQuery(run, wanted, name));
  });
  if (!Object.keys(LAYER_KINDS).some((each) => isRecorded(session, each))) {
    return (
      <NotRecorded
        what="Distributions are not recorded in this run"
        how='They are recorded by default; InspectCallback(record={"histograms": False}) and tier="economy" turn them off.'
      />
    );
  }
  const missing = !isRecorded(session, kind)
    ? `Distributions of ${LAYER_KINDS[kind].toLowerCase()}s are not recorded in this run`
    : tensorOf(session) === undefined && session.layer.value
      ? `${session.layer.value.path} has no trainable variable`
      : undefined;
  return (
    <>
      <div class="view-bar">
        <Controls />
        <span class="spring" />
        {histogram.fresh.value && !missing && <DensityLegend histogram={histogram.fresh.value} />}
      </div>
      {missing ? (
        <NotRecorded what={missing} how="Choose another kind above, or another layer." />
      ) : (
        <Pending loaded={histogram.state.value} retry={() => histogram.retry()} class="density">
          {(data) => <Picture histogram={data} />}
        </Pending>
      )}
    </>
  );
}

function Controls() {
  const session = useSession();
  const {kind, tensor, density} = session.settings;
  const layer = session.layer.value;
  const names = rowsOf(layer, kindOf(session));
  return (
    <>
      <Select
        label="Kind"
        value={kindOf(session)}
        options={Object.entries(LAYER_KINDS)}
        onChange={(next) => (kind.value = next)}
        testId="kind"
      />
      {names.length > 1 && (
        <Choice
          label="Tensor"
          testId="tensor"
          value={tensorOf(session) ?? ''}
          options={names.map((name) => [
            name,
            name === layer?.path ? 'output' : splitPath(name)[1],
            name,
          ])}
          onChange={(next) => (tensor.value = next)}
        />
      )}
      <Choice<DensityForm>
        label="Form"
        testId="density-form"
        value={density.value}
        options={[
          ['density', 'Over time', 'Fraction of the elements by value and step, as colours'],
          ['ridges', 'Ridges', 'One curve each for a selection of steps, the newest in front'],
        ]}
        onChange={(next) => (density.value = next)}
      />
    </>
  );
}

function usePicture(histogram: HistogramAnswer) {
  return useMemo(() => {
    const bins = drawnBins(histogram);
    return {bins, coded: densityCodes(histogram, bins)};
  }, [histogram]);
}

function Picture({histogram}: {histogram: HistogramAnswer}) {
  const {bins, coded} = usePicture(histogram);
  const ridges = useSession().settings.density.value === 'ridges';
  const sheet = useMemo(() => {
    const names = Array.from(bins, (bin) => binRange(histogram, bin));
    const title = `Elements of ${histogram.kind} ${histogram.name}`;
    return overTime(
      title,
      histogram.steps,
      names,
      (place, column) => histogram.counts[column * binsOf(histogram) + bins[place]],
    );
  }, [histogram, bins]);
  return (
    <WithTable sheet={sheet}>
      {ridges ? (
        <Ridges histogram={histogram} bins={bins} />
      ) : (
        <DensityMap histogram={histogram} bins={bins} coded={coded} />
      )}
    </WithTable>
  );
}

function DensityLegend({histogram}: {histogram: HistogramAnswer}) {
  const {settings, host} = useSession();
  const {coded} = usePicture(histogram);
  const theme = host.theme.value;
  return (
    <span class="legend" title="Fraction of the tensor's finite elements in one bin, at one step">
      {settings.density.value === 'density' && (
        <>
          <span class="number">{formatPercent(coded.scale.low)}</span>
          <i class="gradient" style={{background: cssGradient(settings.colours.value, theme)}} />
          <span class="number">{formatPercent(coded.scale.high)} of elements</span>
        </>
      )}
      {coded.nonfinite > 0 && (
        <span class="alarm" data-testid="density-nonfinite" data-value={coded.nonfinite}>
          <i class="swatch" style={{background: nonfiniteColour}} />
          no finite value in {formatCount(coded.nonfinite)} samples
        </span>
      )}
    </span>
  );
}
