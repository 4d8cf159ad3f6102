/** Plays through the recorded steps. */

import {effect, signal} from '@preact/signals';
import type {Session} from './session';

const FRAME_MILLISECONDS = 100;
const LONGEST_SECONDS = 30; // a long run is played in larger strides

export class Player {
  readonly playing = signal(false);

  constructor(private readonly session: Session) {
    effect(() => {
      if (!this.playing.value || !session.host.visible.value) return undefined;
      const timer = setInterval(() => this.advance(), FRAME_MILLISECONDS);
      return () => clearInterval(timer);
    });
  }

  /** Starts where we are, from the beginning when that is the end. */
  toggle(): void {
    const {session} = this;
    const last = session.steps.peek().length - 1;
    if (!this.playing.peek() && session.position.peek() >= last) session.move(-last);
    this.playing.value = !this.playing.peek();
  }

  stop(): void {
    this.playing.value = false;
  }

  private advance(): void {
    const {session} = this;
    const last = session.steps.peek().length - 1;
    session.move(Math.ceil((last * FRAME_MILLISECONDS) / (LONGEST_SECONDS * 1000)));
    if (session.position.peek() >= last) this.stop();
  }
}
