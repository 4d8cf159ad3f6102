/** Lines over a plot where a finding begins, a command was carried out, or another run parts. */

import {useContext} from 'preact/hooks';
import {joined} from '../data/branches';
import {eventMarks} from '../data/event_marks';
import {useSession} from '../state/session';
import {AxisContext, useAxis} from './axis';

/** In a parent whose width is the time domain. */
export function EventMarks() {
  const {shownFindings, commandSteps, branches} = useSession();
  const isShownRun = useContext(AxisContext) === undefined;
  const {domain, position, marks: given} = useAxis();
  const percent = (place: number) =>
    (100 * (Math.min(domain.end, Math.max(domain.first, place)) - domain.first)) /
    (domain.end - domain.first);
  const marks = eventMarks(shownFindings.value, commandSteps.value, domain, position);
  return (
    <>
      {isShownRun &&
        joined(branches.value).map(([from, until]) => (
          <i
            key={from}
            class="given-up"
            style={{left: `${percent(from)}%`, width: `${percent(until) - percent(from)}%`}}
          />
        ))}
      {marks.map(({left, kind}) => (
        <i key={`${left} ${kind}`} class={`event-mark ${kind}`} style={{left: `${left}%`}} />
      ))}
      {given.map(({place, colour}) => (
        <i
          key={`${place} ${colour}`}
          class="event-mark parting"
          style={{
            left: `${(100 * (place - domain.first)) / (domain.end - domain.first)}%`,
            '--mark': `var(--${colour})`,
          }}
        />
      ))}
    </>
  );
}
