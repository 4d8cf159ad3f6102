/** What can be done about a finding while the run trains. */

import type {Finding} from '../api/findings';
import {useSession} from '../state/session';
import {CommandButton} from './command_controls';
import {steeringOf} from './steering';

/** Problems that a smaller rate may end while the weights are still of use. */
const OF_THE_RATE: ReadonlySet<string> = new Set([
  'exploding_gradient',
  'dying_relu',
  'non_finite',
  'oscillating_loss',
  'rate_change',
]);

/** Nothing where the run takes no commands. */
export function FindingActions({finding: {problem}}: {finding: Finding}) {
  const state = steeringOf(useSession()).state.value;
  if (!state) return null;
  return (
    <div class="finding-actions" data-testid="finding-actions">
      {OF_THE_RATE.has(problem) && (
        <CommandButton command="scale_learning_rate" given={{factor: 0.1}}>
          Learning rate × 0.1
        </CommandButton>
      )}
      <CommandButton command="break_on_finding" given={{problem}}>
        Pause if it is found again
      </CommandButton>
    </div>
  );
}
