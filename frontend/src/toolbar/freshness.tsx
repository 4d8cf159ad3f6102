/** How old the newest record of the run is, and what was skipped while reading it. */

import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {ageOf} from '../data/runs';
import {ageHolds, formatAge, formatCount} from '../draw/format';
import {useSession} from '../state/session';

const STALE_SECONDS = 120; // after that a run is not called live
const LONGEST_WAIT = 86400; // seconds; timers cannot wait much longer

export function Freshness() {
  const session = useSession();
  const run = session.chosen.value;
  const now = useSignal(Date.now() / 1000);
  const visible = session.host.visible.value;
  const age = run && ageOf(run, now.value);
  useEffect(() => {
    if (!visible || !run || age === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Only when the text changes: the page of an old run stays idle.
    const tick = () => {
      now.value = Date.now() / 1000;
      const seconds = Math.min(ageHolds(ageOf(run, now.value) ?? 0), LONGEST_WAIT);
      timer = setTimeout(tick, 1000 * seconds + 10);
    };
    tick();
    return () => clearTimeout(timer);
  }, [visible, run?.wall_time]);
  const failed = session.runs.state.value.error;
  if (failed !== undefined) {
    return (
      <button class="button alarm" title={failed} onClick={() => void session.runs.refresh()}>
        no connection, retry
      </button>
    );
  }
  if (!run) return null;
  const live = age !== undefined && age < STALE_SECONDS;
  return (
    <span class={`freshness ${live ? 'live' : ''}`} title="When the newest record was written">
      <i /> {live ? 'live, ' : ''}
      {age === undefined ? 'age not known' : formatAge(age)}
      {run.problems.length > 0 && (
        <span class="problems" title={run.problems.join('\n')} data-testid="problems">
          {formatCount(run.problems.length)} {run.problems.length === 1 ? 'problem' : 'problems'}
        </span>
      )}
    </span>
  );
}
