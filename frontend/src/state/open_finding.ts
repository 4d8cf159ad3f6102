/** What a click on a finding does: it opens its details and goes where it is seen. */

import type {Evidence, Finding, FindingsAnswer} from '../api/findings';
import {type Place, flatten, keyOf, placeOfEvidence, placeOfFinding} from '../data/findings';
import type {Session} from './session';

/** The shown run is `a`, the one it is compared with `b`. */
export type Side = 'a' | 'b';

const addressOf = (side: Side, finding: Finding) => `${side}:${keyOf(finding)}`;

interface OpenedFinding {
  readonly side: Side;
  readonly finding: Finding;
}

const answerOf = (session: Session, side: Side): FindingsAnswer | undefined =>
  (side === 'a' ? session.findings : session.otherFindings).data;

/** The finding whose details are shown. */
export function openedFinding(session: Session): OpenedFinding | undefined {
  const address = session.settings.finding.value;
  const side = address.startsWith('b:') ? 'b' : 'a';
  const all = flatten(answerOf(session, side)?.findings ?? []);
  const finding = all.find((each) => addressOf(side, each) === address);
  return finding && {side, finding};
}

export function openFinding(session: Session, side: Side, finding: Finding): void {
  session.settings.finding.value = addressOf(side, finding);
  session.detailsOpen.value = true;
  goTo(session, placeOfFinding(finding, session.layers.peek()), finding);
}

export function closeFinding(session: Session): void {
  session.settings.finding.value = '';
}

/** Goes to the series that a number was taken from. */
export function openEvidence(session: Session, finding: Finding, evidence: Evidence): void {
  const place = placeOfEvidence(evidence, session.layers.peek());
  if (place) goTo(session, place, finding);
}

/** The one after the opened finding, from the last again the first. */
export function openNextFinding(session: Session): void {
  const all = session.shownFindings.value;
  const at = all.findIndex((each) => addressOf('a', each) === session.settings.finding.peek());
  if (all.length) openFinding(session, 'a', all[(at + 1) % all.length]);
}

function goTo(session: Session, place: Place, finding: Finding): void {
  const {settings} = session;
  session.player.stop();
  if (place.kind !== undefined) settings.kind.value = place.kind;
  if (place.statistic !== undefined) settings.statistic.value = place.statistic;
  if (place.layer !== undefined) {
    settings.layer.value = place.layer;
    // The filter must not hide the layer that the finding is about.
    if (!session.filter.peek().matches(place.layer)) settings.filter.value = '';
  }
  if (place.unit !== undefined) {
    settings.unit.value = place.unit;
    settings.unitOrder.value = 'death';
  }
  // Compare shows two runs side by side: another view would hide one of them.
  if (!session.comparing.peek()) settings.view.value = place.view;
  session.goTo(finding.first_step);
}
