/** Everything that is shown follows from here: what was chosen, what is recorded, where we are. */

import {type ReadonlySignal, computed, effect, signal} from '@preact/signals';
import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import type {Client} from '../api/client';
import {type FindingsAnswer, findingsQuery} from '../api/findings';
import {type Query, lossQuery, modelQuery, snapshotQuery, WIDTH} from '../api/queries';
import type {Loss, ModelAnswer, RunInfo, Snapshot} from '../api/types';
import type {Branch} from '../data/branches';
import {findingsByLayer, readThresholds} from '../data/findings';
import {type Layer, layersOf, nameFilter} from '../data/layers';
import type {Sheet} from '../data/sheet';
import type {Tables} from '../data/tables';
import {type TimeDomain, bandEnd, domainOf, sampleAt} from '../draw/time_scale';
import type {Host} from '../host/host';
import {ComparedRuns} from './compared_runs';
import {Player} from './player';
import {type Request, Resource, useResource} from './resource';
import {RunsFeed} from './runs_feed';
import {type SettingSignals, createSettings} from './settings';
import {NAMED_VIEWS} from '../data/named_views';
import {newestRun} from '../data/runs';

const SETTLE_MILLISECONDS = 60; // a moving scrubber asks for exact numbers only where it rests
const NO_STEPS = new Float64Array(0);
// Of the address: what the list of runs shows.
const OF_ALL_RUNS = ['view', 'runSearch', 'runOrder', 'runGroup', 'runMetric'];

export class Session {
  readonly settings: SettingSignals;
  readonly runs: RunsFeed;
  readonly model: Resource<ModelAnswer>;
  readonly loss: Resource<Loss>;
  readonly findings: Resource<FindingsAnswer>;
  /** Of the run that is compared with; nothing while none is. */
  readonly otherFindings: Resource<FindingsAnswer>;
  readonly compared: ComparedRuns;
  private readonly snapshot: Resource<Snapshot>;
  readonly player: Player;
  readonly helpOpen = signal(false);
  readonly thresholdsOpen = signal(false);
  /** Whether the details are shown where the window is too narrow for both. */
  readonly detailsOpen = signal(false);
  /** The numbers of the view that is shown; undefined where it has none. */
  readonly sheet = signal<Sheet | undefined>(undefined);

  constructor(
    readonly host: Host,
    readonly client: Client,
    views: readonly string[],
  ) {
    const {values, read, write} = createSettings(views);
    this.settings = values;
    const readAddress = () => {
      const entries = host.readState();
      read(entries);
      this.isAboutOne.value = [...entries.keys()].some((key) => !OF_ALL_RUNS.includes(key));
    };
    readAddress();
    host.onStateChange(readAddress);
    effect(() => host.writeState(write()));
    this.runs = new RunsFeed(client, this.live, host.visible);
    host.onReload(() => {
      if (host.visible.peek()) void this.runs.refresh();
    });
    this.compared = new ComparedRuns(this);
    this.model = new Resource(
      client,
      () => requestAbout(this.chosen.value, modelQuery),
      host.visible,
    );
    this.loss = new Resource(client, () => this.request(lossQuery), host.visible);
    const findings = (run: string) => findingsQuery(run, this.thresholds.value);
    this.findings = new Resource(client, () => this.request(findings), host.visible);
    this.otherFindings = new Resource(
      client,
      () => (this.comparing.value ? requestAbout(this.other.value, findings) : undefined),
      host.visible,
    );
    this.snapshot = new Resource(client, () => this.snapshotRequest(), host.visible);
    this.player = new Player(this, this.host.visible);
    effect(() => {
      const [step, until] = [this.step.value, this.shownUntil.value];
      const timer = setTimeout(() => {
        this.settledStep.value = step;
        this.restUntil.value = until;
      }, SETTLE_MILLISECONDS);
      return () => clearTimeout(timer);
    });
  }

  /** Whether to poll for new data: only while the tab is visible and follows the latest step. */
  readonly live = computed(() => this.host.visible.value && this.settings.step.value === undefined);

  /** Several runs, or one: decided when the first list is here, so that a new run moves nobody. */
  private hadSeveral: boolean | undefined;

  /** Whether the address that was opened is about one run. */
  private readonly isAboutOne = signal(false);

  /** The chosen view. Without a choice, the runs where there are several, else the overview. */
  readonly view: ReadonlySignal<string> = computed(() => {
    const {view, run} = this.settings;
    const runs = this.runs.state.value.data?.runs;
    if (runs?.length) this.hadSeveral ??= runs.length > 1;
    if (view.value) return view.value;
    const isAboutOne = this.isAboutOne.value || run.value !== '';
    return this.hadSeveral && !isAboutOne ? NAMED_VIEWS.runs : NAMED_VIEWS.overview;
  });

  /** The chosen run, else the one written to last. */
  readonly chosen: ReadonlySignal<RunInfo | undefined> = computed(() => {
    const runs = this.runs.state.value.data?.runs ?? [];
    const name = this.settings.run.value;
    if (name) return runs.find((run) => run.name === name);
    return newestRun(runs);
  });

  private shownName = '';

  /**
   * The run that is shown: the one before stays until the model of the chosen one is here, so that
   * no request asks one run for a layer of another.
   */
  readonly run: ReadonlySignal<RunInfo | undefined> = computed(() => {
    const chosen = this.chosen.value;
    const {url, error, data} = this.model.state.value;
    if (!chosen) return undefined;
    const isHere = data !== undefined && url === modelQuery(chosen.name).url;
    if (isHere || error !== undefined) this.shownName = chosen.name;
    return this.runs.state.value.data?.runs.find(({name}) => name === this.shownName);
  });

  /** The same for as long as the data is: nothing is asked again when only the list of runs is new. */
  private readonly runKey = computed(() => {
    const run = this.run.value;
    return run ? `${run.etag}\n${run.name}` : '';
  });

  /** A request about the shown run, at the run's present version. */
  request<T>(query: (run: string) => Query<T>): Request<T> | undefined {
    const [version, ...name] = this.runKey.value.split('\n');
    return this.runKey.value ? {query: query(name.join('\n')), version} : undefined;
  }

  /** A request about records of a kind; none where the run does not have it. */
  requestOf<T>(kind: string, query: (run: string) => Query<T>): Request<T> | undefined {
    return this.has(kind) ? this.request(query) : undefined;
  }

  /** The run whose heatmaps are shown beside those of the shown run. */
  readonly other: ReadonlySignal<RunInfo | undefined> = computed(() => this.compared.runs.value[0]);

  /** Whether two runs are shown. */
  readonly comparing = computed(
    () => this.view.value === NAMED_VIEWS.compare && this.other.value !== undefined,
  );

  readonly thresholds = computed(() => readThresholds(this.settings.thresholds.value));

  /** Of the shown run: none while those of another one are still held. */
  readonly shownFindings = computed(() => {
    const {data} = this.findings.state.value;
    return data && data.run === this.run.value?.name ? data.findings : [];
  });

  /** What is wrong with a layer, by its path, the worst first. */
  readonly layerFindings = computed(() => findingsByLayer(this.shownFindings.value));

  /** Whether the run has records of that kind. */
  has(kind: string): boolean {
    return this.run.value?.kinds.includes(kind) ?? false;
  }

  readonly layers: ReadonlySignal<readonly Layer[]> = computed(() => {
    const {data, url} = this.model.state.value;
    const run = this.run.value;
    return data && run && url === modelQuery(run.name).url ? layersOf(data) : [];
  });

  readonly filter = computed(() => nameFilter(this.settings.filter.value));

  /** The selected layer: the chosen one where the model has it, else the first with variables. */
  readonly layer: ReadonlySignal<Layer | undefined> = computed(() => {
    const layers = this.layers.value;
    const path = this.settings.layer.value;
    return (
      layers.find((layer) => layer.path === path) ??
      layers.find((layer) => layer.variables.length > 0) ??
      layers[0]
    );
  });

  /** Recorded steps. */
  readonly steps: ReadonlySignal<Float64Array> = computed(() => this.loss.data?.steps ?? NO_STEPS);

  readonly domain: ReadonlySignal<TimeDomain> = computed(() => domainOf(this.steps.value));

  /** Index in `steps` of where we are, -1 when there are none. */
  readonly position = computed(() => {
    const steps = this.steps.value;
    const step = this.settings.step.value;
    return step === undefined ? steps.length - 1 : sampleAt(steps, step);
  });

  /** The recorded step that is shown. */
  readonly step = computed(() => {
    const position = this.position.value;
    return position < 0 ? undefined : this.steps.value[position];
  });

  /** Where the shown sample's own steps lie in the domain, in percent of its length. */
  readonly band = computed(() => {
    const step = this.step.value;
    if (step === undefined) return undefined;
    const {first, end} = this.domain.value;
    const next = this.steps.value[this.position.value + 1] ?? end;
    const percent = 100 / (end - first);
    return {left: percent * (step - first), width: percent * (next - step)};
  });

  /** Steps at which commands changed something; the scrubber knows them. */
  readonly commandSteps = signal<readonly number[]>([]);

  /** What training gave up; the scrubber knows it too. */
  readonly branches = signal<readonly Branch[]>([]);

  /** Whether tables over time join several samples in a column. */
  readonly pooled = computed(() => (this.run.value?.samples ?? 0) > WIDTH);

  /**
   * The last step that the shown sample stands for: what is recorded less often, such as a snapshot
   * after the epoch's last batch, is shown from the sample on that it follows.
   */
  readonly shownUntil = computed(() => bandEnd(this.steps.value, this.position.value));

  private readonly settledStep = signal<number | undefined>(undefined);

  /** `shownUntil` once it has rested a moment: for what is asked of the server step by step. */
  readonly restUntil = signal<number | undefined>(undefined);

  private snapshotRequest() {
    const step = this.settledStep.value;
    if (!this.pooled.value || step === undefined) return undefined;
    return this.request((run) => snapshotQuery(run, step));
  }

  /** The numbers of exactly the shown step, where tables over time are too coarse to hold them. */
  readonly exact: ReadonlySignal<Tables | undefined> = computed(() => {
    const snapshot = this.snapshot.data;
    return snapshot && snapshot.requestedStep === this.step.value ? snapshot.tables : undefined;
  });

  /** Whether numbers on screen are of an earlier sample in the column, until the exact ones are here. */
  readonly approximate = computed(() => this.pooled.value && !this.exact.value);

  /** Goes to the recorded step at or before `step`. */
  goTo(step: number): void {
    const steps = this.steps.peek();
    if (steps.length) this.settings.step.value = steps[sampleAt(steps, step)];
  }

  /** Moves by recorded steps, stopping at both ends. */
  move(samples: number): void {
    const steps = this.steps.peek();
    if (!steps.length) return;
    const target = Math.min(steps.length - 1, Math.max(0, this.position.peek() + samples));
    this.settings.step.value = steps[target];
  }

  followLatest(): void {
    this.player.stop();
    this.settings.step.value = undefined;
  }

  /** Moves the selection through the layers that pass the filter. */
  moveLayer(rows: number): void {
    const {matches} = this.filter.peek();
    const layers = this.layers.peek().filter((layer) => matches(layer.path));
    if (!layers.length) return;
    const at = layers.findIndex((layer) => layer === this.layer.peek());
    const target = Math.min(layers.length - 1, Math.max(0, at < 0 ? 0 : at + rows));
    this.settings.layer.value = layers[target].path;
  }
}

/** A request about a run at its present version. */
export const requestAbout = <T>(run: RunInfo | undefined, query: (run: string) => Query<T>) =>
  run && {query: query(run.name), version: run.etag};

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session around this component');
  return session;
}

/** What a request about the shown run loads, for as long as the component lives. */
export function useLoaded<T>(request: () => Request<T> | undefined): Resource<T> {
  const {client, host} = useSession();
  return useResource(client, request, host.visible);
}
