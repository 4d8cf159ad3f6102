/** The answer first: how many runs have which health, and of the worst one what to do. */

import type {RunSummary} from '../../api/summaries';
import type {Health} from '../../catalog';
import {NAMED_VIEWS} from '../../data/named_views';
import {healthCounts, sortRuns} from '../../data/run_rows';
import {formatCount} from '../../draw/format';
import {SeverityIcon} from '../../findings/severity';
import {chooseRun} from '../../state/choose_run';
import {useSession} from '../../state/session';

const WORDS: Readonly<Record<Health, string>> = {
  error: 'with an error',
  warning: 'with a warning',
  recovered: 'recovered',
  unknown: 'without a verdict',
  healthy: 'healthy',
};

/** Of the worst run: what, where, since when, and what to try; nothing where none has a finding. */
export function WorstRun({runs}: {runs: readonly RunSummary[]}) {
  const session = useSession();
  const [{name, worst, verdict}] = sortRuns(runs, [], 'health');
  if (!worst) return null;
  return (
    <p class="worst-run" data-testid="worst-run">
      <button
        type="button"
        class="link"
        onClick={() => chooseRun(session, name, NAMED_VIEWS.overview)}
      >
        {name}
      </button>
      : {verdict}
    </p>
  );
}

/** A sign and a number for each health that a run has. */
export function HealthCounts({runs, words}: {runs: readonly RunSummary[]; words?: boolean}) {
  return (
    <>
      {healthCounts(runs).map(([health, count]) => (
        <span key={health} class="health-count" title={words ? undefined : WORDS[health]}>
          <SeverityIcon severity={health} /> {formatCount(count)}{' '}
          <span class={words ? '' : 'unseen'}>{WORDS[health]}</span>
        </span>
      ))}
    </>
  );
}
