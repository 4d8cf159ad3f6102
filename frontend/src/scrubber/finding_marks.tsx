/** Findings on the scrubber's strip: from their first step to their last one. */

import {type TimeDomain, stepToX} from '../draw/time_scale';
import {type Finding} from '../api/findings';
import {rankOf} from '../data/findings';
import {useSession} from '../state/session';

const LANE = 4; // CSS pixels a finding
const MOST_LANES = 3;
const MARK = 5; // half the width of the mark at the first step

export function FindingMarks({width}: {width: number}) {
  const session = useSession();
  const domain = session.domain.value;
  const findings = session.shownFindings.value;
  // The worst last: on top where they share a lane.
  const shown = findings.map((finding, place) => ({
    finding,
    lane: Math.min(place, MOST_LANES - 1),
  }));
  return (
    <g data-testid="finding-marks">
      {shown.reverse().map(({finding, lane}, place) => (
        <Mark key={place} {...{finding, domain, width}} top={lane * LANE} />
      ))}
    </g>
  );
}

interface MarkProps {
  readonly finding: Finding;
  readonly domain: TimeDomain;
  readonly width: number;
  readonly top: number;
}

/** A triangle where it begins, and a line as far as it goes. */
function Mark({finding, domain, width, top}: MarkProps) {
  const start = stepToX(finding.first_step, domain, width);
  const end = Math.max(start + 2, stepToX(finding.last_step + 1, domain, width));
  return (
    <g class={`severity ${finding.severity}`} data-problem={finding.problem}>
      <rect x={start} y={top} width={end - start} height={1 + rankOf(finding) / 2} />
      <path d={`M${start} ${top}h${MARK}l${-MARK} ${MARK + 3}z`} />
    </g>
  );
}

/** Those that hold at a step. */
export const findingsAt = (findings: readonly Finding[], step: number) =>
  findings.filter(({first_step, last_step}) => first_step <= step && step <= last_step);
