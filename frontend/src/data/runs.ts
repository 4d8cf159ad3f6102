/** Runs by the age of their newest record. Pure. */

import type {RunInfo} from '../api/types';

/** The run written to last; one whose clock was absurd counts as the oldest. */
export function newestRun(runs: readonly RunInfo[]): RunInfo | undefined {
  const time = (run: RunInfo) => run.wall_time ?? -Infinity;
  return runs.reduce<RunInfo | undefined>(
    (newest, run) => (newest && time(newest) >= time(run) ? newest : run),
    undefined,
  );
}

/** Seconds since the newest record, 0 where it lies in the future; undefined where it is not known. */
export function ageOf({wall_time}: RunInfo, now: number): number | undefined {
  return wall_time === null ? undefined : Math.max(0, now - wall_time);
}
