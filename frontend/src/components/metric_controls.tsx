/** Which statistic of which kind is shown. */

import {useSession} from '../state/session';
import {KINDS, statisticInfo, statisticsOf} from '../state/statistics';
import {Select} from './controls';

export function MetricControls() {
  const {settings, run} = useSession();
  const {kind, statistic} = settings;
  const kinds = Object.entries(KINDS).filter(([key]) => run.value?.kinds.includes(key));
  const choose = (next: string) => {
    kind.value = next;
    if (!statisticsOf(next).includes(statistic.value)) statistic.value = 'l2';
  };
  return (
    <>
      <Select label="Kind" value={kind.value} options={kinds} onChange={choose} testId="kind" />
      <Select
        label="Statistic"
        value={statistic.value}
        options={statisticsOf(kind.value).map((key) => [key, statisticInfo(key).title])}
        onChange={(next) => (statistic.value = next)}
        testId="statistic"
      />
    </>
  );
}
