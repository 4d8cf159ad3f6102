/** What the model was trained on: inputs, targets and the training step, at the shown step. */

import {useMemo} from 'preact/hooks';
import {statisticOf, tableQuery} from '../../api/queries';
import type {Table} from '../../api/types';
import {NotRecorded, Pending} from '../../components/states';
import {useSheet} from '../../tables/with_table';
import {NAMED_VIEWS} from '../../data/named_views';
import type {Sheet} from '../../data/sheet';
import {TIME_KINDS, statisticInfo} from '../../data/statistics';
import {isMissing, tableRow, tableValue} from '../../data/tables';
import {formatValue} from '../../draw/format';
import {sampleAt} from '../../draw/time_scale';
import {SparklineCell} from '../../plots/sparkline_cell';
import {useLoaded, useSession} from '../../state/session';

interface Row {
  readonly table: Table;
  readonly name: string;
  readonly statistic: string;
}

const KINDS = ['input', 'target', 'step'];

export function DataView() {
  const session = useSession();
  const resources = KINDS.map((kind) =>
    useLoaded(() => session.requestOf(kind, (run) => tableQuery({run, kind}))),
  );
  const main = resources[KINDS.findIndex((kind) => session.has(kind))];
  if (!main) {
    return (
      <NotRecorded
        what="Nothing is recorded of the data"
        how="Sampled steps record the range of every numeric input and target."
      />
    );
  }
  return (
    <Pending loaded={main.state.value} retry={() => main.retry()} class="weights">
      {() => <DataTable tables={resources.flatMap(({data}) => (data ? [data] : []))} />}
    </Pending>
  );
}

const rowsOf = (table: Table): Row[] =>
  table.names.flatMap((name) =>
    [...table.values.keys()].map((key) => ({table, name, statistic: statisticOf(key)})),
  );

function DataTable({tables}: {tables: readonly Table[]}) {
  const session = useSession();
  const rows = useMemo(() => tables.flatMap(rowsOf), [...tables]);
  const step = session.step.value;
  const exact = session.exact.value;
  const values = useMemo(
    () =>
      rows.map(({table, name, statistic}) => {
        const shown = exact?.get(table.kind);
        const column = step === undefined ? -1 : sampleAt(table.steps, step);
        return shown
          ? tableValue(shown, name, statistic, 0)
          : tableValue(table, name, statistic, column);
      }),
    [rows, step, exact],
  );
  useSheet(useMemo(() => sheetOf(rows, values, step), [rows, values]));
  return (
    <div
      class={`overview weights-table ${session.approximate.value ? 'stale' : ''}`}
      tabIndex={0}
      data-testid="data-table"
    >
      <table aria-label="Inputs, targets and training step at the shown step">
        <thead>
          <tr>
            <th>
              <span>Data</span>
            </th>
            <th class="number">
              <span>At the step</span>
            </th>
            <th class="trend">over the run</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <DataRow key={place} row={row} value={values[place]} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DataRow({row, value}: {row: Row; value: number | undefined}) {
  const {settings} = useSession();
  const {table, name, statistic} = row;
  const {title, definition, format} = statisticInfo(statistic);
  const bad =
    value !== undefined &&
    (!Number.isFinite(value) || (statistic === 'nonfinite_count' && value > 0));
  const showOverTime = () => {
    settings.kind.value = table.kind;
    settings.statistic.value = statistic;
    settings.view.value = NAMED_VIEWS.time;
  };
  return (
    <tr data-testid="data-row" data-row={name} data-kind={table.kind} onClick={showOverTime}>
      <th scope="row" title={`${definition || title}. Click to show it over time.`}>
        <span class="prefix">
          {TIME_KINDS[table.kind]}
          {name && ` ${name}`}{' '}
        </span>
        <span class="name">{title}</span>
      </th>
      <td
        class={`number ${bad ? 'alarm' : ''} ${value === undefined ? 'missing' : ''}`}
        data-statistic={statistic}
        data-value={value ?? ''}
      >
        <span>{value === undefined ? '–' : formatValue(value, format)}</span>
      </td>
      <SparklineCell
        values={tableRow(table, name, statistic)}
        steps={table.firstSteps}
        isMissing={(column) => isMissing(table, name, statistic, column)}
      />
    </tr>
  );
}

function sheetOf(
  rows: readonly Row[],
  values: readonly (number | undefined)[],
  step: number | undefined,
): Sheet {
  return {
    title: `Data at step ${step ?? ''}`,
    columns: ['kind', 'name', 'statistic', 'value'],
    rows: rows.length,
    cell: (row, column) => {
      const {table, name, statistic} = rows[row];
      return [table.kind, name, statistic, values[row]][column];
    },
  };
}
