/** Every trainable variable: its norm, its growth, its updates. */

import {useComputed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {tableQuery} from '../../api/queries';
import type {Table} from '../../api/types';
import {NotRecorded, Pending} from '../../components/states';
import {sampleAt} from '../../draw/time_scale';
import type {Resource} from '../../state/resource';
import {useLoaded, useSession} from '../../state/session';
import {useSheet} from '../../tables/with_table';
import {Curves} from './weight_curves';
import {weightRows} from './weight_rows';
import {sheetOf, WeightsTable} from './weights_table';

function useKind(kind: string, statistics: readonly string[]): Resource<Table> {
  const session = useSession();
  return useLoaded(() => session.requestOf(kind, (run) => tableQuery({run, kind, statistics})));
}

export function Weights() {
  const session = useSession();
  const weight = useKind('weight', ['l2', 'max_abs']);
  const update = useKind('update', ['l2', 'ratio']);
  if (!session.has('weight') && !session.has('update')) {
    return (
      <NotRecorded
        what="Weights are not recorded in this run"
        how='They are recorded by default; InspectCallback(record={"weights": False, "updates": False}) turns them off.'
      />
    );
  }
  const main = session.has('weight') ? weight : update;
  return (
    <Pending loaded={main.state.value} retry={() => main.retry()} class="weights">
      {() => <WeightsPage weight={weight.data} update={update.data} />}
    </Pending>
  );
}

interface PageProps {
  readonly weight: Table | undefined;
  readonly update: Table | undefined;
}

function WeightsPage({weight, update}: PageProps) {
  const session = useSession();
  const tables = useMemo(() => {
    const recorded = [weight, update].flatMap((table) => (table ? [table] : []));
    return new Map(recorded.map((table) => [table.kind, table]));
  }, [weight, update]);
  const {matches} = session.filter.value;
  const variables = useComputed(() => session.layers.value.flatMap((layer) => layer.variables));
  const step = session.step.value;
  const steps = (weight ?? update)?.steps;
  const column = steps && step !== undefined ? sampleAt(steps, step) : -1;
  const exact = session.exact.value;
  const rows = useMemo(() => {
    const shown = variables.value.filter((variable) => matches(variable.path));
    return weightRows(shown, tables, column, exact);
  }, [variables.value, matches, tables, column, exact]);
  useSheet(useMemo(() => sheetOf(rows, step), [rows, step]));
  return (
    <>
      <WeightsTable rows={rows} tables={tables} />
      <Curves rows={rows} tables={tables} />
    </>
  );
}
