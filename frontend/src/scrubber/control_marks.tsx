/** Marks on the scrubber's strip where a command changed something. */

import {useEffect, useMemo} from 'preact/hooks';
import {type TimeDomain, stepToX} from '../draw/time_scale';
import {useLoaded, useSession} from '../state/session';
import {
  type ControlEntry,
  branchesOf,
  controlsQuery,
  entryText,
  marksOf,
} from '../steering/control_log';

const NEAR = 4; // pixels from a mark at which it is told

/** The commands of the run; every plot marks them. */
export function useControls(): readonly ControlEntry[] {
  const session = useSession();
  const request = () => session.requestOf('control', controlsQuery);
  const {data} = useLoaded(request);
  const entries = useMemo(() => marksOf(data?.entries ?? []), [data]);
  useEffect(() => {
    session.commandSteps.value = entries.map(({step}) => step);
    session.branches.value = branchesOf(entries);
  }, [entries]);
  return entries;
}

interface Props {
  readonly entries: readonly ControlEntry[];
  readonly domain: TimeDomain;
  readonly width: number;
  readonly height: number;
}

export function ControlMarks({entries, domain, width, height}: Props) {
  const steps = [...new Set(entries.map(({step}) => step))];
  return (
    <g class="control-marks" data-testid="control-marks">
      {steps.map((step) => {
        const x = Math.round(stepToX(step, domain, width)) + 0.5;
        return (
          <g key={step} data-step={step}>
            <path d={`M${x} 0v${height}`} />
            <path d={`M${x} ${height - 7}l3.500 3.500-3.500 3.500-3.500-3.500z`} />
          </g>
        );
      })}
    </g>
  );
}

/** The commands near a point, for the tooltip. */
export function controlsNear(
  entries: readonly ControlEntry[],
  x: number,
  domain: TimeDomain,
  width: number,
) {
  return entries
    .filter(({step}) => Math.abs(stepToX(step, domain, width) - x) <= NEAR)
    .slice(0, 6)
    .map((entry) => ({label: `step ${entry.step}`, value: entryText(entry)}));
}
