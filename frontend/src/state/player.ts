/** Plays through the recorded steps. */

import {type ReadonlySignal, effect, signal} from '@preact/signals';

const FRAME_MILLISECONDS = 100;
const LONGEST_SECONDS = 30; // a long run is played in larger strides

/** What is played: a position among recorded steps. */
interface Playable {
  readonly steps: ReadonlySignal<Float64Array>;
  /** Index in `steps`, -1 when there are none. */
  readonly position: ReadonlySignal<number>;
  /** Moves by recorded steps, stopping at both ends. */
  move(samples: number): void;
}

export class Player {
  readonly playing = signal(false);

  constructor(
    private readonly run: Playable,
    visible: ReadonlySignal<boolean>,
  ) {
    effect(() => {
      if (!this.playing.value || !visible.value) return undefined;
      const timer = setInterval(() => this.advance(), FRAME_MILLISECONDS);
      return () => clearInterval(timer);
    });
  }

  /** Starts where we are, from the beginning when that is the end. */
  toggle(): void {
    const last = this.run.steps.peek().length - 1;
    if (!this.playing.peek() && this.run.position.peek() >= last) this.run.move(-last);
    this.playing.value = !this.playing.peek();
  }

  stop(): void {
    this.playing.value = false;
  }

  private advance(): void {
    const last = this.run.steps.peek().length - 1;
    this.run.move(Math.ceil((last * FRAME_MILLISECONDS) / (LONGEST_SECONDS * 1000)));
    if (this.run.position.peek() >= last) this.stop();
  }
}
