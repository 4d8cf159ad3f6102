/** Commands to a run that is training, and what is inspected while it is paused. */

import {useEffect, useRef} from 'preact/hooks';
import {useSession} from '../state/session';
import type {ControlAnswer} from './control_types';
import {steeringOf} from './steering';
import {TokenField} from './token_field';
import {CloseButton} from '../components/controls';
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
        <CloseButton label="Close" onClick={() => (steering.open.value = false)} />
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
        <>
          <RunControls state={state.value} />
          <p>
            <button type="button" class="link" onClick={() => steering.forgetToken()}>
              Use another token
            </button>
          </p>
        </>
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
