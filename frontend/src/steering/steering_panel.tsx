/** Commands to a running training, and what is inspected while it is paused. */

import {useEffect, useRef} from 'preact/hooks';
import {useSession} from '../state/session';
import type {ControlAnswer} from './control_types';
import {steeringOf} from './steering';
import {TokenField} from './token_field';
import {IconButton} from '../components/controls';
import {RunControls} from './run_controls';

export function SteeringPanel() {
  const steering = steeringOf(useSession());
  const ref = useRef<HTMLElement>(null);
  const open = steering.open.value;
  useEffect(() => {
    if (open) ref.current?.focus({preventScroll: true});
  }, [open]);
  if (!open) return null;
  const {answer, state, message, busy} = steering;
  return (
    <section
      class="finding-panel steer"
      ref={ref}
      tabIndex={-1}
      aria-label="Steer the run"
      aria-busy={busy.value !== ''}
      data-testid="control-panel"
    >
      <header>
        <h2>Steer the run</h2>
        <IconButton label="Close" onClick={() => (steering.open.value = false)}>
          <path d="M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" />
        </IconButton>
      </header>
      {message.value && (
        <p
          role="status"
          class={message.value.bad ? 'alarm' : 'quiet'}
          data-testid="control-message"
        >
          {message.value.text}
        </p>
      )}
      {!state.value || !answer.value?.enabled ? (
        <p class="quiet" data-testid="control-why">
          {whyNot(answer.value)}
        </p>
      ) : steering.token.value ? (
        <RunControls state={state.value} />
      ) : (
        <TokenField />
      )}
    </section>
  );
}

function whyNot(answer: ControlAnswer | undefined): string {
  if (answer?.why) return answer.why;
  if (answer?.state?.status === 'ended') return 'The run has ended.';
  return 'The training process no longer responds: it has died or is suspended.';
}
