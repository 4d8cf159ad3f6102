/** Which statistic of which kind is shown. */

import {TIME_KINDS, statisticInfo, statisticsOf} from '../data/statistics';
import {useSession} from '../state/session';
import {useRecordedStatistics} from '../state/use_recorded';
import {Select} from './controls';

export function MetricControls() {
  const {settings, run, loss} = useSession();
  const {kind, statistic} = settings;
  const kinds = Object.entries(TIME_KINDS).filter(([key]) => run.value?.kinds.includes(key));
  const recorded = useRecordedStatistics() ?? statisticsOf(kind.value);
  const names = recorded.includes(statistic.value) ? recorded : [statistic.value, ...recorded];
  const choose = (next: string) => {
    kind.value = next;
    // The statistics of an epoch are what Keras logged.
    const known = next === 'epoch' ? [...(loss.data?.epochs.keys() ?? [])] : statisticsOf(next);
    if (!known.includes(statistic.value)) statistic.value = known[0] ?? statistic.value;
  };
  return (
    <>
      <Select label="Kind" value={kind.value} options={kinds} onChange={choose} testId="kind" />
      <Select
        label="Statistic"
        value={statistic.value}
        options={names.map((key) => [key, statisticInfo(key).title])}
        onChange={(next) => (statistic.value = next)}
        testId="statistic"
      />
    </>
  );
}
