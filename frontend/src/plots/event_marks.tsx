/** Lines over a plot where a finding begins or a command was carried out. */

import {eventMarks} from '../data/event_marks';
import {useSession} from '../state/session';

/** In a parent whose width is the time domain. */
export function EventMarks() {
  const {findings, commandSteps, domain} = useSession();
  const marks = eventMarks(findings.data?.findings ?? [], commandSteps.value, domain.value);
  return (
    <>
      {marks.map(({left, kind}) => (
        <i key={`${left} ${kind}`} class={`event-mark ${kind}`} style={{left: `${left}%`}} />
      ))}
    </>
  );
}
