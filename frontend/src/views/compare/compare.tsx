/** Runs over each other: where they part, curves, settings, then one statistic row by row. */

import {metricQuery} from '../../api/queries';
import type {Table} from '../../api/types';
import {Choice} from '../../components/controls';
import {MetricControls} from '../../components/metric_controls';
import {NotRecorded, Pending} from '../../components/states';
import type {AxisName} from '../../data/run_axis';
import {LAYER_KINDS} from '../../data/statistics';
import {AxisContext} from '../../plots/axis';
import {requestAbout, useLoaded, useSession} from '../../state/session';
import {WithTable} from '../../tables/with_table';
import {useComparison} from './comparison';
import {Curves} from './curves';
import {DistributionsOver} from './distributions_over';
import {Heatmaps, useComparisonSheet} from './heatmaps';
import {AddRun, OtherRun, RunChips} from './run_chips';
import {type ShownRun, axisOf, useShownRuns} from './runs_shown';
import {Partings, SettingsTable} from './settings_table';
import {useMemo} from 'preact/hooks';

export function Compare() {
  const problem = useProblem();
  return (
    <>
      <div class="view-bar">
        <OtherRun />
        <AddRun />
        <AxisChoice />
      </div>
      {problem ?? <Page />}
    </>
  );
}

/** Why there is nothing to compare, if so. */
function useProblem() {
  const {runs, compared} = useSession();
  if ((runs.state.value.data?.runs.length ?? 0) < 2) {
    return (
      <NotRecorded
        what="There is no other run to compare with"
        how="Train again with InspectCallback, into another directory inside TensorBoard’s log directory."
      />
    );
  }
  if (!compared.runs.value.length) {
    return (
      <NotRecorded
        what={`There is no other run ${JSON.stringify(compared.names.value[0] ?? '')}`}
        how="Choose another run to compare with above."
      />
    );
  }
  return undefined;
}

function AxisChoice() {
  const {axis} = useSession().settings;
  return (
    <Choice<AxisName>
      label="Axis"
      testId="compare-axis"
      value={axis.value}
      options={[
        ['step', 'Steps', 'Runs lie over each other by step'],
        ['epoch', 'Epochs', 'By epoch: for runs whose epochs have different numbers of steps'],
        ['time', 'Time', 'By seconds since the first sampled step'],
      ]}
      onChange={(next) => (axis.value = next)}
    />
  );
}

function Page() {
  const session = useSession();
  const runs = useShownRuns().value;
  const axis = useMemo(() => axisOf(session, runs), [session, runs]);
  if (!axis) {
    const what = session.settings.axis.value === 'epoch' ? 'finished epochs' : 'times';
    return runs[0]?.loss ? (
      <NotRecorded what={`${runs[0].run.name} has no ${what}`} how="Choose another axis above." />
    ) : (
      <div class="spinner" role="status" aria-label="Loading" />
    );
  }
  return (
    <AxisContext.Provider value={axis}>
      <div class="compare-page">
        <RunChips />
        <Partings runs={runs} />
        <Curves runs={runs} />
        <SettingsTable runs={runs} />
        <div class="view-bar">
          <MetricControls />
        </div>
        <Rows runs={runs} />
      </div>
    </AxisContext.Provider>
  );
}

/** One statistic of the shown run and the first of the others. */
function Rows({runs}: {runs: readonly ShownRun[]}) {
  const session = useSession();
  const {kind, statistic} = session.settings;
  const wanted = () => [kind.value, statistic.value, session.pooled.value] as const;
  const first = useLoaded(() =>
    session.requestOf(kind.value, (run) => metricQuery(run, ...wanted())),
  );
  const second = useLoaded(() => {
    const run = session.other.value;
    if (!run?.kinds.includes(kind.value)) return undefined;
    return requestAbout(run, (name) => metricQuery(name, ...wanted()));
  });
  const lacking = runs.slice(0, 2).find(({run}) => !run.kinds.includes(kind.value));
  if (lacking) {
    return (
      <NotRecorded
        what={`${LAYER_KINDS[kind.value] ?? kind.value} statistics are not recorded in ${lacking.run.name}`}
        how={`Choose another kind, or record them with InspectCallback(record={"${kind.value}s": True}).`}
      />
    );
  }
  return (
    <Pending loaded={first.state.value} retry={() => first.retry()} class="compare">
      {(a) => (
        <Pending loaded={second.state.value} retry={() => second.retry()}>
          {(b) => <Pair runs={runs} first={a} second={b} />}
        </Pending>
      )}
    </Pending>
  );
}

interface PairProps {
  readonly runs: readonly ShownRun[];
  readonly first: Table;
  readonly second: Table;
}

const asStep = (step: number) => step;

function Pair({runs, first, second}: PairProps) {
  const [own, other] = runs;
  const compared = useComparison(first, second, [
    own.position ?? asStep,
    other?.position ?? asStep,
  ]);
  const names = [own.run.name, other?.run.name ?? ''] as const;
  const sheet = useComparisonSheet(compared, names);
  return (
    <>
      <WithTable sheet={sheet}>
        <Heatmaps compared={compared} names={names} />
      </WithTable>
      <DistributionsOver
        runs={runs}
        partner={(name) => compared.matched.pairs.find((pair) => pair.name === name)?.other}
      />
    </>
  );
}
