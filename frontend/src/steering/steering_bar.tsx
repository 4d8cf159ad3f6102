/** Beside the scrubber, while the chosen run is training and takes commands: pause, resume, step. */

import type {CommandName} from '../catalog';
import {IconButton} from '../components/controls';
import {useSession} from '../state/session';
import {steeringOf} from './steering';

export function SteeringBar() {
  const steering = steeringOf(useSession());
  const state = steering.state.value;
  if (!state) {
    const {alive, state: last} = steering.answer.value ?? {};
    if (alive !== false || !last || last.status === 'ended') return null;
    return (
      <div class="control-bar" data-testid="control-bar" data-status="silent">
        <span
          class="quiet"
          title="The training process has died or is suspended: it would not carry out any command"
        >
          Not responding
        </span>
      </div>
    );
  }
  const paused = state.status === 'paused';
  const off = steering.busy.value !== '' || !steering.answer.value?.enabled;
  const send = (command: CommandName) => () => void steering.send(command);
  return (
    <div
      class="control-bar"
      role="group"
      aria-label="The training run"
      data-testid="control-bar"
      data-status={state.status}
    >
      <span class="freshness live" title={state.why}>
        <i />
        {paused ? 'Paused' : 'Training'}
      </span>
      {paused ? (
        <IconButton label="Resume the run" disabled={off} onClick={send('resume')} testId="resume">
          <path d="M4 2.5v11L13 8z" />
        </IconButton>
      ) : (
        <IconButton label="Pause the run" disabled={off} onClick={send('pause')} testId="pause">
          <path d="M4 3h3v10H4zM9 3h3v10H9z" />
        </IconButton>
      )}
      <IconButton label="Run one step" disabled={off} onClick={send('step')} testId="step">
        <path d="M3 3v10l7-5zM11 3h2v10h-2z" />
      </IconButton>
      <button
        type="button"
        class="button"
        aria-pressed={steering.open.value}
        data-testid="steer"
        onClick={() => steering.show(!steering.open.value)}
      >
        Steer
      </button>
    </div>
  );
}
