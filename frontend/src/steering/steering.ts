/** Steering a running training: what it says of itself, commands, and what comes back. */

import {type ReadonlySignal, computed, effect, signal} from '@preact/signals';
import {decodeContainer} from '../api/container';
import {readMaps, readProbe} from '../api/pictures';
import {query} from '../api/queries';
import type {Maps, Probe} from '../api/types';
import type {Session} from '../state/session';
import {words} from './control_log';
import type {ControlAnswer, Outcome, TrainingState} from './control_types';

/** A batch that was looked at. */
export interface BatchLook {
  readonly probe: Probe;
  /** Numbers in the batch of the samples shown. */
  readonly samples: readonly number[];
  /** Of all samples of the batch; undefined where they cannot be computed. */
  readonly losses: readonly number[] | undefined;
  readonly note: string;
  readonly size: number;
}

export type Look = {readonly step: number} & (
  {readonly batch: BatchLook} | {readonly maps: Maps; readonly text: string}
);

const ALIVE_POLL = 1_000; // milliseconds
const IDLE_POLL = 15_000;
const ANSWER_POLL = 500;
const STORED = 'keras_inspect.token.';

export class Steering {
  readonly answer = signal<ControlAnswer | undefined>(undefined);
  readonly token = signal('');
  /** The command that is under way. */
  readonly busy = signal('');
  readonly message = signal<{readonly text: string; readonly bad: boolean} | undefined>(undefined);
  readonly open = signal(false);
  readonly look = signal<Look | undefined>(undefined);
  /** The training, where it lives. */
  readonly training: ReadonlySignal<TrainingState | undefined>;
  readonly run: ReadonlySignal<string>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private held = '';

  constructor(private readonly session: Session) {
    this.run = computed(() => session.run.value?.name ?? '');
    this.training = computed(() => {
      const {alive, state} = this.answer.value ?? {};
      return alive && state && state.status !== 'ended' ? state : undefined;
    });
    effect(() => {
      const run = this.run.value;
      clearTimeout(this.timer);
      this.answer.value = this.look.value = this.message.value = undefined;
      this.token.value = stored(run);
      if (run && session.host.visible.value) void this.poll(run);
    });
  }

  setToken(token: string): void {
    this.token.value = token.trim();
    try {
      sessionStorage.setItem(STORED + this.run.peek(), this.token.peek());
    } catch {
      // Not allowed here: it is kept until the page is left.
    }
  }

  /** Sends a command and waits for its answer; what comes of it is in `message`. */
  async send(command: string, given: Record<string, unknown> = {}): Promise<Outcome | undefined> {
    if (!this.token.peek()) {
      this.open.value = true;
      return undefined;
    }
    this.busy.value = command;
    this.message.value = undefined;
    const run = this.run.peek();
    const id = newId();
    try {
      const body = JSON.stringify({id, command, arguments: given});
      let outcome = await this.ask<Outcome>(`control/command?${query({run})}`, body);
      while (outcome.outcome === 'waiting') {
        this.message.value = {text: 'Waits for the step that is running to end…', bad: false};
        await new Promise((resolve) => setTimeout(resolve, ANSWER_POLL));
        outcome = await this.ask<Outcome>(`control/answer?${query({run, id})}`);
      }
      const done = outcome.outcome === 'done';
      const text = done ? doneText(outcome) : `${outcome.outcome}: ${outcome.why}`;
      this.message.value = {text: `${words(command)}: ${text}`, bad: !done};
      return done ? outcome : undefined;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.message.value = {text, bad: true};
      return undefined;
    } finally {
      this.busy.value = '';
      await this.refresh(run);
    }
  }

  /** Looks at something while the training is paused. */
  async lookAt(command: string, given: Record<string, unknown> = {}): Promise<void> {
    const outcome = await this.send(command, given);
    if (!outcome) return;
    try {
      const url = `control/look?${query({run: this.run.peek(), id: outcome.id})}`;
      const answer = decodeContainer(await (await this.fetch(url)).arrayBuffer());
      const detail = outcome.detail ?? {};
      const step = this.answer.peek()?.state?.step ?? 0;
      if (detail.form === 'probe') {
        const losses = detail.losses as (number | string)[] | null;
        const batch = {
          probe: readProbe(answer),
          samples: detail.samples as number[],
          losses: losses?.map(Number),
          note: detail.why_no_losses as string,
          size: detail.batch_size as number,
        };
        this.look.value = {step, batch};
      } else {
        const l2 = detail.l2 === undefined ? '' : `, l2 ${Number(detail.l2).toPrecision(4)}`;
        const what = command === 'look_at_gradient' ? 'Gradient by' : 'Output of';
        const maps = readMaps(answer);
        this.look.value = {step, maps, text: `${what} ${maps.name}${l2}`};
      }
    } catch (error) {
      this.message.value = {text: String(error), bad: true};
    }
  }

  private async poll(run: string): Promise<void> {
    await this.refresh(run);
    if (run !== this.run.peek() || !this.session.host.visible.peek()) return;
    const {alive, state} = this.answer.peek() ?? {};
    const lives = alive !== false && state !== null && state?.status !== 'ended';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.poll(run), lives ? ALIVE_POLL : IDLE_POLL);
  }

  private async refresh(run: string): Promise<void> {
    try {
      const answer = await this.ask<ControlAnswer>(`control?${query({run})}`);
      // The heartbeat alone is no news: nothing is drawn again for it.
      const text = JSON.stringify(answer, (key, value: unknown) =>
        key === 'beat' || key === 'time' ? undefined : value,
      );
      if (run !== this.run.peek() || (text === this.held && this.answer.peek())) return;
      this.held = text;
      this.answer.value = answer;
      if (answer.state?.status !== 'paused') this.look.value = undefined;
    } catch {
      // TensorBoard does not answer; the list of runs says so.
    }
  }

  private async ask<T>(url: string, body?: string): Promise<T> {
    return (await (await this.fetch(url, body)).json()) as T;
  }

  private async fetch(url: string, body?: string): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.token.peek()) headers['X-Keras-Inspect-Control'] = this.token.peek();
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const method = body === undefined ? 'GET' : 'POST';
    const response = await fetch(`./${url}`, {method, headers, body: body ?? null});
    if (response.ok) return response;
    const {error} = (await response.json().catch(() => ({}))) as {error?: string};
    throw new Error(error ?? `The server answered ${response.status}`);
  }
}

function doneText({old, new: now}: Outcome): string {
  if (!now) return 'done';
  return old ? `${old} → ${now}` : now;
}

/** Sorts by time, and nobody else has it. */
function newId(): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const digits = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${String(Date.now()).padStart(13, '0')}000000-${digits}`;
}

function stored(run: string): string {
  try {
    return sessionStorage.getItem(STORED + run) ?? '';
  } catch {
    return '';
  }
}

const steerings = new WeakMap<Session, Steering>();

/** The one of a session. */
export function steeringOf(session: Session): Steering {
  const known = steerings.get(session) ?? new Steering(session);
  steerings.set(session, known);
  return known;
}
