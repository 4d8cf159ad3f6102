/** Which statistics of the chosen kind the run has. */

import {recordedQuery, statisticOf} from '../api/queries';
import {useLoaded, useSession} from './session';

/** Undefined until it is known, and where nothing of the kind is recorded. */
export function useRecordedStatistics(): readonly string[] | undefined {
  const session = useSession();
  const {kind} = session.settings;
  const resource = useLoaded(() =>
    session.has(kind.value) ? session.request((run) => recordedQuery(run, kind.value)) : undefined,
  );
  const table = resource.fresh.value;
  return table && [...table.values.keys()].map(statisticOf);
}
