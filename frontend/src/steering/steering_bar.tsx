/** Beside the scrubber while the chosen run trains and takes commands: pause, step, go on. */

import {steeringOf} from './steering';
import {useSession} from '../state/session';
import {IconButton} from '../components/controls';

export function ControlBar() {
  const steering = steeringOf(useSession());
  const training = steering.training.value;
  const silent = steering.answer.value?.state?.status !== 'ended';
  if (!training) {
    const dead = steering.answer.value?.alive === false && steering.answer.value.state && silent;
    if (!dead) return null;
    return (
      <div class="control-bar" data-testid="control-bar" data-status="silent">
        <span class="quiet" title="Its process is dead or stopped: no command would be carried out">
          The training is silent
        </span>
      </div>
    );
  }
  const paused = training.status === 'paused';
  const off = steering.busy.value !== '' || !steering.answer.value?.enabled;
  const send = (command: string) => () => void steering.send(command);
  return (
    <div
      class="control-bar"
      role="group"
      aria-label="The running training"
      data-testid="control-bar"
      data-status={training.status}
    >
      <span class="freshness live" title={training.why}>
        <i />
        {paused ? 'Paused' : 'Training'}
      </span>
      {paused ? (
        <IconButton label="Resume training" disabled={off} onClick={send('resume')} testId="resume">
          <path d="M4 2.5v11L13 8z" />
        </IconButton>
      ) : (
        <IconButton label="Pause training" disabled={off} onClick={send('pause')} testId="pause">
          <path d="M4 3h3v10H4zM9 3h3v10H9z" />
        </IconButton>
      )}
      <IconButton label="Train one step" disabled={off} onClick={send('step')} testId="step">
        <path d="M3 3v10l7-5zM11 3h2v10h-2z" />
      </IconButton>
      <button
        type="button"
        class="button"
        aria-pressed={steering.open.value}
        data-testid="steer"
        onClick={() => (steering.open.value = !steering.open.value)}
      >
        Steer
      </button>
    </div>
  );
}
