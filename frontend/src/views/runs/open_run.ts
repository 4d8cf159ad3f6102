/** From the list of runs to one of them. */

import {NAMED_VIEWS} from '../../data/named_views';
import type {Session} from '../../state/session';

export function openRun({settings, player}: Session, name: string): void {
  player.stop();
  settings.step.value = undefined;
  settings.run.value = name;
  settings.view.value = NAMED_VIEWS.overview;
}
