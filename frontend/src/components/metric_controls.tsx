/** Which statistic of which kind is shown. */

import {useSession} from '../state/session';
import {TIME_KINDS, statisticInfo, statisticsOf} from '../data/statistics';
import {Select} from './controls';

export function MetricControls() {
  const {settings, run, loss} = useSession();
  const {kind, statistic} = settings;
  const kinds = Object.entries(TIME_KINDS).filter(([key]) => run.value?.kinds.includes(key));
  // What an epoch has is what Keras logged.
  const available = (of: string) => {
    const names = of === 'epoch' ? [...(loss.data?.epochs.keys() ?? [])] : statisticsOf(of);
    return names.includes(statistic.value) || of !== kind.value
      ? names
      : [statistic.value, ...names];
  };
  const choose = (next: string) => {
    kind.value = next;
    const known = available(next);
    if (!known.includes(statistic.value)) statistic.value = known[0];
  };
  return (
    <>
      <Select label="Kind" value={kind.value} options={kinds} onChange={choose} testId="kind" />
      <Select
        label="Statistic"
        value={statistic.value}
        options={available(kind.value).map((key) => [key, statisticInfo(key).title])}
        onChange={(next) => (statistic.value = next)}
        testId="statistic"
      />
    </>
  );
}
