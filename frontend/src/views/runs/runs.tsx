/** All runs: which of them fail, and with which settings. */

import {useMemo} from 'preact/hooks';
import {type SummariesAnswer, summariesQuery} from '../../api/summaries';
import {Select} from '../../components/controls';
import {Pending} from '../../components/states';
import {
  HEALTH_COLUMN,
  NAME,
  type RunColumn,
  groupRuns,
  logNames,
  runColumns,
  searchRuns,
  sortRuns,
} from '../../data/run_rows';
import type {Sheet} from '../../data/sheet';
import {useLoaded, useSession} from '../../state/session';
import {useSheet} from '../../tables/with_table';
import type {RunSummary} from '../../api/summaries';
import {RunsTable} from './runs_table';
import {HealthCounts, WorstRun} from './worst_run';

export function RunsView() {
  const session = useSession();
  const loaded = useLoaded(() => {
    const runs = session.runs.state.value.data?.runs;
    // A number of changes would do; the entity tags are at hand.
    return runs && {query: summariesQuery(), version: runs.map(({etag}) => etag).join()};
  });
  return (
    <Pending loaded={loaded.state.value} retry={() => loaded.retry()} class="runs">
      {(answer) => <RunsPage answer={answer} />}
    </Pending>
  );
}

function RunsPage({answer}: {answer: SummariesAnswer}) {
  const {settings} = useSession();
  const [order, group, search] = [
    settings.runOrder.value,
    settings.runGroup.value,
    settings.runSearch.value,
  ];
  const metric = settings.runMetric.value || (answer.metric ?? '');
  const columns = useMemo(() => runColumns(answer, metric), [answer, metric]);
  const runs = useMemo(
    () => sortRuns(searchRuns(answer.runs, search), [NAME, HEALTH_COLUMN, ...columns], order),
    [answer, columns, search, order],
  );
  const rows = useMemo(() => (group ? groupRuns(runs, group) : runs), [runs, group]);
  useSheet(useMemo(() => sheetOf(runs, columns), [runs, columns]));
  return (
    <>
      <div class="view-bar runs-bar">
        <HealthCounts runs={answer.runs} words />
        <span class="spring" />
        <Controls answer={answer} metric={metric} />
      </div>
      <WorstRun runs={answer.runs} />
      <RunsTable rows={rows} columns={columns} metric={metric} />
      {!runs.length && <p class="quiet runs-none">No run matches the search.</p>}
    </>
  );
}

function Controls({answer, metric}: {answer: SummariesAnswer; metric: string}) {
  const {runGroup, runMetric, runSearch} = useSession().settings;
  const names = useMemo(() => logNames(answer.runs), [answer]);
  return (
    <>
      <input
        class="filter"
        type="search"
        placeholder="Search runs"
        aria-label="Search runs by words in their name, health or settings"
        value={runSearch.value}
        data-testid="run-search"
        onInput={(event) => (runSearch.value = event.currentTarget.value)}
      />
      {names.length > 0 && (
        <Select
          label="Metric"
          value={metric}
          options={names.map((name) => [name, name])}
          onChange={(name) => (runMetric.value = name === answer.metric ? '' : name)}
          testId="run-metric"
          visibleLabel
        />
      )}
      <Select
        label="Group by"
        value={runGroup.value}
        options={[['', 'nothing'], ...answer.differing.map((name) => [name, name] as const)]}
        onChange={(name) => (runGroup.value = name)}
        testId="run-group"
        visibleLabel
      />
    </>
  );
}

function sheetOf(runs: readonly RunSummary[], columns: readonly RunColumn[]): Sheet {
  return {
    title: 'Runs',
    columns: ['run', 'health', 'health_text', ...columns.map(({key}) => key)],
    rows: runs.length,
    cell: (row, column) => {
      const run = runs[row];
      if (column < 3) return [run.name, run.health, run.healthText][column];
      const value = columns[column - 3].value(run);
      return typeof value === 'boolean' ? String(value) : value;
    },
  };
}
