/** The series that a number of a finding was taken from, as a small line over the run. */

import type {Evidence} from '../api/findings';
import {tableQuery, valuesKey} from '../api/queries';
import {STATISTICS} from '../catalog';
import {TIME_KINDS} from '../data/statistics';
import {SparklineCell} from '../plots/sparkline_cell';
import {useLoaded, useSession} from '../state/session';

export function EvidenceTrend({evidence}: {evidence: Evidence}) {
  const session = useSession();
  const {kind, statistic, row} = evidence;
  const isRecorded = kind in TIME_KINDS && statistic !== '';
  const {data} = useLoaded(() =>
    isRecorded
      ? session.requestOf(kind, (run) => tableQuery({run, kind, statistics: [statistic]}))
      : undefined,
  );
  const place = data && (row ? data.names.indexOf(row) : data.names.length === 1 ? 0 : -1);
  const all = data?.values.get(valuesKey(statistic));
  if (!data || !all || place === undefined || place < 0) return <td />;
  const count = data.steps.length;
  const isLog = Object.hasOwn(STATISTICS, statistic) && STATISTICS[statistic].scale === 'log';
  return (
    <SparklineCell
      values={all.subarray(place * count, (place + 1) * count)}
      steps={data.firstSteps}
      log={isLog}
    />
  );
}
