/** Lines over a plot where a finding begins, a command was carried out, or another run parts. */

import {eventMarks} from '../data/event_marks';
import {useSession} from '../state/session';
import {useAxis} from './axis';

/** In a parent whose width is the time domain. */
export function EventMarks() {
  const {shownFindings, commandSteps} = useSession();
  const {domain, position, marks: given} = useAxis();
  const marks = eventMarks(shownFindings.value, commandSteps.value, domain, position);
  return (
    <>
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
