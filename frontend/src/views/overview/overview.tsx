/** Every layer at the shown step, as a table. */

import {useComputed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {useSize} from '../../components/hooks';
import {ErrorState, NotRecorded} from '../../components/states';
import {rankOf} from '../../data/findings';
import type {OverviewRow, OverviewValues} from '../../data/overview';
import {OVERVIEW_COLUMNS} from '../../data/overview_columns';
import {orderRows} from '../../data/overview_order';
import type {Sheet} from '../../data/sheet';
import {LAYER_KINDS} from '../../data/statistics';
import {useSession} from '../../state/session';
import {useOverview} from '../../state/use_overview';
import {useSheet} from '../../tables/with_table';
import {useFolding} from './folding';
import {type TableProps, OverviewTable, ROW_HEIGHT} from './overview_table';
import {LOWEST_CURVE, TrainingCurves} from './training_curves';

export function Overview() {
  const session = useSession();
  const {resources, rows, values} = useOverview();
  const shown = useComputed(() => {
    const {matches} = session.filter.value;
    const found = session.layerFindings.value;
    const severity = (path: string) => rankOf(found.get(path)?.[0]);
    const ordered = orderRows(rows.value, session.settings.order.value, values.value, severity);
    return ordered.filter((row) => matches(row.layer.path));
  });
  const failed = resources.find(({state}) => state.value.error !== undefined);
  if (failed && !resources.some(({data}) => data)) {
    return <ErrorState message={failed.state.value.error!} retry={() => failed.retry()} />;
  }
  if (!Object.keys(LAYER_KINDS).some((kind) => session.has(kind))) {
    return (
      <NotRecorded
        what="No statistics of layers are recorded in this run"
        how="InspectCallback records gradients, weights, updates and activations by default."
      />
    );
  }
  const steps = resources[0].data?.firstSteps;
  return <OverviewPage rows={shown.value} values={values.value} steps={steps} />;
}

const HEADER_HEIGHT = 30;

function OverviewPage(props: Omit<TableProps, 'folding'>) {
  const [ref, size] = useSize<HTMLDivElement>();
  const {rows, values} = props;
  const step = useSession().step.value;
  useSheet(useMemo(() => sheetOf(rows, values, step), [rows, values, step]));
  const folding = useFolding(rows);
  const room = size.value.height - HEADER_HEIGHT - folding.shown.length * ROW_HEIGHT;
  return (
    <div class="overview-page" ref={ref}>
      <OverviewTable {...props} folding={folding} />
      {room >= LOWEST_CURVE && <TrainingCurves width={size.value.width} height={room} />}
    </div>
  );
}

function sheetOf(
  rows: readonly OverviewRow[],
  values: OverviewValues,
  step: number | undefined,
): Sheet {
  return {
    title: `Layers at step ${step ?? ''}`,
    columns: ['layer', ...OVERVIEW_COLUMNS.map((column) => column.key)],
    rows: rows.length,
    cell: (row, column) => {
      const {path} = rows[row].layer;
      return column ? values.get(path)?.get(OVERVIEW_COLUMNS[column - 1].key) : path;
    },
  };
}
