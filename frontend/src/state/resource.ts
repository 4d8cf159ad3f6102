/** Data that follows signals: loads when its request changes, keeps the old picture meanwhile. */

import {type ReadonlySignal, computed, effect, signal, untracked} from '@preact/signals';
import {useEffect, useMemo} from 'preact/hooks';
import type {Client} from '../api/client';
import type {Query} from '../api/queries';

export interface Request<T> {
  readonly query: Query<T>;
  /** Version of the data behind it, from the run's etag. */
  readonly version: string;
}

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly loading: boolean;
  /** Whether `data` belongs to another request than the present one. */
  readonly stale: boolean;
  /** The request that `data` answers; empty without data. */
  readonly url?: string;
}

const IDLE = {data: undefined, error: undefined, loading: false, stale: false, url: ''};

export class Resource<T> {
  private readonly current = signal<Loaded<T>>(IDLE);
  private readonly attempt = signal(0);
  private url = '';
  private held = ''; // url and version of `data`
  private abort: AbortController | undefined;
  private readonly stop: () => void;
  /** The data where it answers what is asked for now, undefined while it is older. */
  readonly fresh: ReadonlySignal<T | undefined>;

  /**
   * Args:
   *   request: Reads signals only, so that what depends on several of them never mixes old with new;
   *     undefined when there is nothing to load.
   *   enabled: While false nothing is loaded and what is held stays.
   */
  constructor(
    private readonly client: Client,
    request: () => Request<T> | undefined,
    enabled: ReadonlySignal<boolean>,
  ) {
    this.fresh = computed(() => {
      const url = request()?.query.url;
      const {data, url: answered} = this.current.value;
      return url !== undefined && url === answered ? data : undefined;
    });
    this.stop = effect(() => {
      const wanted = request();
      const attempts = this.attempt.value;
      if (enabled.value && attempts >= 0) untracked(() => void this.follow(wanted));
    });
  }

  get state(): ReadonlySignal<Loaded<T>> {
    return this.current;
  }

  get data(): T | undefined {
    return this.current.value.data;
  }

  retry(): void {
    this.held = '';
    this.attempt.value++;
  }

  dispose(): void {
    this.stop();
    this.abort?.abort();
  }

  private async follow(wanted: Request<T> | undefined): Promise<void> {
    if (!wanted) {
      this.abort?.abort();
      this.held = this.url = '';
      this.current.value = IDLE;
      return;
    }
    const {query, version} = wanted;
    const key = `${version} ${query.url}`;
    if (key === this.held) return;
    this.abort?.abort();
    const known = this.client.peek<T>(query.url, version);
    if (known !== undefined) {
      this.settle(query.url, key, known);
      return;
    }
    await this.load(query, version, key);
  }

  private async load(query: Query<T>, version: string, key: string): Promise<void> {
    const abort = (this.abort = new AbortController());
    const {data} = this.current.value;
    const stale = data !== undefined && query.url !== this.url;
    this.held = key;
    this.current.value = {data, error: undefined, loading: true, stale, url: this.url};
    try {
      if (query.patient) await this.client.quiet();
      if (abort.signal.aborted) return;
      const value = await this.client.get(query.url, version, query.decode, abort.signal);
      if (!abort.signal.aborted) this.settle(query.url, key, value);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.current.value = {data, error: messageOf(error), loading: false, stale, url: this.url};
    }
  }

  private settle(url: string, key: string, data: T): void {
    this.url = url;
    this.held = key;
    this.current.value = {data, error: undefined, loading: false, stale: false, url};
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A resource that lives as long as the component. */
export function useResource<T>(
  client: Client,
  request: () => Request<T> | undefined,
  enabled: ReadonlySignal<boolean>,
): Resource<T> {
  const resource = useMemo(() => new Resource(client, request, enabled), [client]);
  useEffect(() => () => resource.dispose(), [resource]);
  return resource;
}
