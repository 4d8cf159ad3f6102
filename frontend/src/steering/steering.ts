/** The steering of the shown run: its state, the command under way, what was inspected. */

import {type ReadonlySignal, computed, effect, signal} from '@preact/signals';
import {COMMANDS, type CommandName} from '../catalog';
import {keep, kept} from '../host/kept';
import type {Session} from '../state/session';
import {
  fetchControl,
  fetchInspection,
  isForbidden,
  sendCommand,
  takesToken,
} from './control_client';
import {words} from './control_log';
import type {CommandArguments, ControlAnswer, Outcome, RunState} from './control_types';
import {type Inspection, readInspection} from './inspected';

const ALIVE_POLL = 1_000; // milliseconds
const IDLE_POLL = 15_000;
const WRONG_TOKEN = 'This is not the token of this run: each training process makes a new one.';

export class Steering {
  readonly answer = signal<ControlAnswer | undefined>(undefined);
  readonly token = signal('');
  /** The command that is under way; empty for none. */
  readonly busy = signal<CommandName | ''>('');
  readonly message = signal<{readonly text: string; readonly bad: boolean} | undefined>(undefined);
  readonly open = signal(false);
  readonly inspection = signal<Inspection | undefined>(undefined);
  /** State of the run while its process is alive; undefined otherwise. */
  readonly state: ReadonlySignal<RunState | undefined>;
  readonly run: ReadonlySignal<string>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private held = '';
  /** What was clicked before there was a token. */
  private waiting: readonly [CommandName, CommandArguments] | undefined;

  constructor(private readonly session: Session) {
    this.run = computed(() => session.run.value?.name ?? '');
    this.state = computed(() => {
      const {alive, state} = this.answer.value ?? {};
      return alive && state && state.status !== 'ended' ? state : undefined;
    });
    effect(() => {
      const run = this.run.value;
      clearTimeout(this.timer);
      this.answer.value = this.inspection.value = this.message.value = undefined;
      this.waiting = undefined;
      this.token.value = kept('session', `token.${run}`);
      if (run && session.host.visible.value) void this.poll(run);
    });
  }

  /** Keeps a token that the run takes, and carries out the click that asked for it. */
  async setToken(given: string): Promise<void> {
    const [run, token] = [this.run.peek(), given.trim()];
    const takes = await takesToken(run, token);
    if (run !== this.run.peek()) return;
    this.message.value = takes ? undefined : {text: WRONG_TOKEN, bad: true};
    if (!takes) return;
    this.token.value = token;
    keep('session', `token.${run}`, token);
    const waiting = this.waiting;
    this.waiting = undefined;
    if (waiting) await this.carryOut(...waiting);
  }

  /** Opens or closes the panel. */
  show(open: boolean): void {
    this.open.value = open;
    if (open) this.session.detailsOpen.value = true;
  }

  /** Asks for another token. */
  forgetToken(): void {
    this.token.value = '';
    keep('session', `token.${this.run.peek()}`, '');
  }

  /** Sends a command and shows what it has inspected, if anything. */
  async carryOut(command: CommandName, given: CommandArguments = {}): Promise<void> {
    await (COMMANDS[command].inspects ? this.inspect(command, given) : this.send(command, given));
  }

  /** Sends a command and waits for its outcome, which `message` tells; undefined unless it was done. */
  async send(command: CommandName, given: CommandArguments = {}): Promise<Outcome | undefined> {
    if (!this.token.peek()) {
      this.waiting = [command, given];
      this.show(true);
      return undefined;
    }
    this.busy.value = command;
    this.message.value = undefined;
    const run = this.run.peek();
    try {
      const outcome = await sendCommand(run, this.token.peek(), command, given, () => {
        this.message.value = {text: 'Waiting for the current step to end…', bad: false};
      });
      const done = outcome.outcome === 'done';
      const text = done ? changeText(outcome) : `${outcome.outcome}: ${outcome.why}`;
      this.message.value = {text: `${words(command)}: ${text}`, bad: !done};
      return done ? outcome : undefined;
    } catch (error) {
      if (isForbidden(error)) {
        this.forgetToken();
        this.waiting = [command, given];
        this.show(true);
      }
      this.fail(error);
      return undefined;
    } finally {
      this.busy.value = '';
      await this.refresh(run);
    }
  }

  /** Sends an inspecting command to a paused run, and reads what it has left. */
  private async inspect(command: CommandName, given: CommandArguments = {}): Promise<void> {
    const outcome = await this.send(command, given);
    if (!outcome) return;
    try {
      const data = await fetchInspection(this.run.peek(), this.token.peek(), outcome.id);
      const step = this.answer.peek()?.state?.step ?? 0;
      this.inspection.value = readInspection(outcome, data, step);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.message.value = {text: isForbidden(error) ? WRONG_TOKEN : text, bad: true};
  }

  private async poll(run: string): Promise<void> {
    await this.refresh(run);
    if (run !== this.run.peek() || !this.session.host.visible.peek()) return;
    const {alive, state} = this.answer.peek() ?? {};
    const mayChange = alive !== false && state !== null && state?.status !== 'ended';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.poll(run), mayChange ? ALIVE_POLL : IDLE_POLL);
  }

  private async refresh(run: string): Promise<void> {
    try {
      const answer = await fetchControl(run);
      // A new heartbeat alone changes nothing: nothing is drawn again for it.
      const text = JSON.stringify(answer, (key, value: unknown) =>
        key === 'beat' || key === 'time' ? undefined : value,
      );
      if (run !== this.run.peek() || (text === this.held && this.answer.peek())) return;
      this.held = text;
      const before = this.answer.peek()?.state;
      this.answer.value = answer;
      const stopped = answer.state?.status === 'paused' && answer.state.step !== before?.step;
      if (stopped && !this.message.peek()?.bad) this.message.value = undefined; // "running until ..."
      if (answer.state?.status !== 'paused') this.inspection.value = undefined;
    } catch {
      // TensorBoard does not answer; the list of runs says so.
    }
  }
}

function changeText({old, new: now}: Outcome): string {
  if (!now) return 'done';
  return old ? `${old} → ${now}` : now;
}

const steerings = new WeakMap<Session, Steering>();

/** The one of a session. */
export function steeringOf(session: Session): Steering {
  const known = steerings.get(session) ?? new Steering(session);
  steerings.set(session, known);
  return known;
}
