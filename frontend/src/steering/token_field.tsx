/** Asks for the token without which no command is taken. */

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
        steering.setToken(text.value);
      }}
    >
      <p class="quiet">
        Each command carries the training’s token. It is on the console of the training, and in{' '}
        <code>keras_inspect_control/token</code> of the run’s directory. It is kept until this
        browser tab is closed.
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
