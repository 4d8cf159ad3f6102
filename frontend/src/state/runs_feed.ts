/** The list of runs, kept fresh: after TensorBoard's own reload, and by polling while followed. */

import {type ReadonlySignal, computed, effect, signal} from '@preact/signals';
import type {Client} from '../api/client';
import {runsQuery} from '../api/queries';
import type {RunsAnswer} from '../api/types';
import type {Loaded} from './resource';

const SHORTEST_POLL = 5_000; // milliseconds; TensorBoard looks for new data as often
const LONGEST_POLL = 60_000; // reached by doubling while nothing changes

export class RunsFeed {
  readonly state = signal<Loaded<RunsAnswer>>({
    data: undefined,
    error: undefined,
    loading: true,
    stale: false,
  });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private interval = SHORTEST_POLL;
  private etags = '';
  private readonly stop: () => void;
  /** The first list is needed even where nothing newer is: an address may hold a step. */
  private readonly wanted = computed(
    () => this.polling.value || (this.visible.value && !this.state.value.data),
  );

  constructor(
    private readonly client: Client,
    private readonly polling: ReadonlySignal<boolean>,
    private readonly visible: ReadonlySignal<boolean>,
  ) {
    this.stop = effect(() => {
      if (this.wanted.value) this.schedule(0);
      else clearTimeout(this.timer);
    });
  }

  /** Asks now, and polls at the shortest interval again. */
  async refresh(): Promise<void> {
    this.interval = SHORTEST_POLL;
    await this.ask();
  }

  dispose(): void {
    this.stop();
    clearTimeout(this.timer);
  }

  private schedule(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), milliseconds);
  }

  private async ask(): Promise<void> {
    const query = runsQuery();
    try {
      const data = await this.client.get(query.url, '', query.decode);
      this.slowDown(data);
      // The same object where nothing changed: nothing is drawn again.
      if (data !== this.state.peek().data || this.state.peek().error) {
        this.state.value = {data, error: undefined, loading: false, stale: false};
      }
    } catch (error) {
      const {data} = this.state.peek();
      const message = error instanceof Error ? error.message : String(error);
      this.state.value = {data, error: message, loading: false, stale: data !== undefined};
    }
    if (this.wanted.peek()) this.schedule(this.interval);
  }

  private slowDown(data: RunsAnswer): void {
    const etags = data.runs.map((run) => run.etag).join(' ');
    const changed = etags !== this.etags;
    this.etags = etags;
    this.interval = changed ? SHORTEST_POLL : Math.min(2 * this.interval, LONGEST_POLL);
  }
}
