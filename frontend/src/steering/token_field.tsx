/** Asks for the token that commands need. */

import {useSignal} from '@preact/signals';
import {steeringOf} from './steering';
import {useSession} from '../state/session';
import {Row} from './command_controls';

export function TokenField() {
  const steering = steeringOf(useSession());
  const text = useSignal('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void steering.setToken(text.value);
      }}
    >
      <p class="quiet">
        Commands need the token that the training program printed when it started. It is also in{' '}
        <code>keras_inspect_control/token</code> in the run’s directory. The tab keeps it until you
        close this browser tab.
      </p>
      <Row label="Token">
        <input
          type="password"
          autocomplete="off"
          aria-label="Token"
          data-testid="token"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={!text.value} data-testid="use-token">
          Use
        </button>
      </Row>
    </form>
  );
}
