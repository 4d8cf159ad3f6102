/** The tables behind one number a layer and column, and those numbers at the shown step. */

import {type ReadonlySignal, useComputed} from '@preact/signals';
import {tableQuery} from '../api/queries';
import type {Table} from '../api/types';
import {type OverviewRow, type OverviewValues, overviewRows, valuesAt} from '../data/overview';
import {OVERVIEW_STATISTICS} from '../data/overview_columns';
import {sampleAt} from '../draw/time_scale';
import type {Resource} from './resource';
import {type Session, useLoaded, useSession} from './session';

interface OverviewData {
  readonly resources: readonly Resource<Table>[];
  /** In model order. */
  readonly rows: ReadonlySignal<readonly OverviewRow[]>;
  /** At the shown step. */
  readonly values: ReadonlySignal<OverviewValues>;
}

function useTable(session: Session, kind: string): Resource<Table> {
  return useLoaded(() =>
    session.has(kind)
      ? session.request((run) => tableQuery({run, kind, statistics: OVERVIEW_STATISTICS[kind]}))
      : undefined,
  );
}

export function useOverview(): OverviewData {
  const session = useSession();
  const resources = [
    useTable(session, 'gradient'),
    useTable(session, 'weight'),
    useTable(session, 'update'),
    useTable(session, 'activation'),
    useTable(session, 'representation'),
  ];
  const rows = useComputed(() => {
    const tables = new Map(resources.flatMap(({data}) => (data ? [[data.kind, data]] : [])));
    return overviewRows(tables, session.layers.value);
  });
  const index = useComputed(() => {
    const steps = resources.find(({data}) => data)?.data?.steps;
    return steps && session.step.value !== undefined ? sampleAt(steps, session.step.value) : -1;
  });
  const values = useComputed(() => {
    const exact = session.exact.value;
    if (exact) return valuesAt(overviewRows(exact, session.layers.value), 0);
    return valuesAt(rows.value, index.value);
  });
  return {resources, rows, values};
}
