/** Which runs the shown one is compared with. */

import {type ReadonlySignal, computed} from '@preact/signals';
import type {Client} from '../api/client';
import {type SummariesAnswer, summariesQuery} from '../api/summaries';
import type {RunInfo} from '../api/types';
import type {Host} from '../host/host';
import {NAMED_VIEWS} from '../data/named_views';
import {mostSimilar} from '../data/similar_run';
import {Resource} from './resource';
import type {RunsFeed} from './runs_feed';
import type {SettingSignals} from './settings';

export const MOST_OTHERS = 5;

/** What it reads of the session. */
interface Surroundings {
  readonly client: Client;
  readonly host: Host;
  readonly settings: SettingSignals;
  readonly view: ReadonlySignal<string>;
  readonly run: ReadonlySignal<RunInfo | undefined>;
  readonly runs: RunsFeed;
}

export class ComparedRuns {
  /** Of all runs, while runs are compared. */
  readonly summaries: Resource<SummariesAnswer>;

  constructor(private readonly session: Surroundings) {
    const {client, host} = session;
    this.summaries = new Resource(client, () => this.request(), host.visible);
  }

  /** Settings do not change with new data: only another list of runs asks again. */
  private request() {
    const names = this.existing.value.map(({name}) => name);
    if (this.session.view.value !== NAMED_VIEWS.compare || names.length < 2) return undefined;
    return {query: summariesQuery(), version: names.join('\n')};
  }

  private readonly existing = computed(() => this.session.runs.state.value.data?.runs ?? []);

  /** Names of the chosen runs, else that of the one which is most like the shown one. */
  readonly names: ReadonlySignal<readonly string[]> = computed(() => {
    const chosen = this.session.settings.compare.value.split('\n').filter(Boolean);
    if (chosen.length) return chosen;
    const own = this.session.run.value?.name ?? '';
    const similar = mostSimilar(this.summaries.data?.runs ?? [], own)?.name;
    const names = this.existing.value.map(({name}) => name);
    const first = names.find((name) => name === similar) ?? names.find((name) => name !== own);
    return first === undefined ? [] : [first];
  });

  /** Those of them that there are, without the shown one. */
  readonly runs: ReadonlySignal<readonly RunInfo[]> = computed(() => {
    const own = this.session.run.value?.name;
    const wanted = this.names.value.filter((name) => name !== own).slice(0, MOST_OTHERS);
    return wanted.flatMap((name) => this.existing.value.find((run) => run.name === name) ?? []);
  });

  /** Runs that could be added. */
  readonly free = computed(() => {
    const taken = [this.session.run.value?.name, ...this.names.value];
    return this.existing.value.map(({name}) => name).filter((name) => !taken.includes(name));
  });

  /** Adds a run behind the others, or takes one away. */
  toggle(name: string): void {
    const names = this.names.peek();
    const next = names.includes(name) ? names.filter((each) => each !== name) : [...names, name];
    this.session.settings.compare.value = next.join('\n');
  }

  /** Puts a run in the place of the first. */
  replaceFirst(name: string): void {
    const rest = this.names.peek().slice(1);
    this.session.settings.compare.value = [name, ...rest.filter((each) => each !== name)].join(
      '\n',
    );
  }

  /** Shows the heatmaps of a run that is compared. */
  putFirst(name: string): void {
    const rest = this.names.peek().filter((each) => each !== name);
    this.session.settings.compare.value = [name, ...rest].join('\n');
  }
}
