/** Another run: what was chosen of the one before does not apply to it. */

import type {Session} from './session';

/** Shows a run from its latest step; `view` is where, by default the present one. */
export function chooseRun({settings, player}: Session, name: string, view?: string): void {
  player.stop();
  settings.step.value = undefined;
  settings.unit.value = undefined;
  settings.unitOrder.value = 'unit';
  settings.finding.value = '';
  settings.run.value = name;
  if (view !== undefined) settings.view.value = view;
}
