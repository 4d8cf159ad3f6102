/** GET with conditional requests, retries and a bounded cache of decoded answers. */

import {Cache} from './cache';

/** An error answer; its message says what went wrong. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** HTTP status, 0 where the server did not answer. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** Turns a response into the value that is cached; `size` in bytes. */
export type Decode<T> = (response: Response) => Promise<{value: T; size: number}>;

const RETRIES = 2;
const RETRY_MILLISECONDS = 300; // doubles with each
const ARRIVAL_MILLISECONDS = 50;
const CACHE_BYTES = 192 * 2 ** 20;

export class Client {
  private readonly cache = new Cache(CACHE_BYTES);
  private active = 0; // requests under way
  private waiting: (() => void)[] = []; // for there to be none

  constructor(
    private readonly base = './',
    private readonly request: typeof fetch = (input, init) => fetch(input, init),
    private readonly wait = (milliseconds: number) =>
      new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  ) {}

  /** The value already held for exactly this version of the data. */
  peek<T>(url: string, version: string): T | undefined {
    const entry = this.cache.get(url);
    return entry?.version === version ? (entry.value as T) : undefined;
  }

  /**
   * The decoded answer of a route.
   *
   * Args:
   *   url: Route and query, relative to the plugin's own.
   *   version: What the data's version is known to be; an entry of the same one is not asked again.
   *
   * @throws ApiError, or the decoder's error.
   */
  async get<T>(url: string, version: string, decode: Decode<T>, signal?: AbortSignal): Promise<T> {
    const held = this.cache.get(url);
    if (held?.version === version && version !== '') return held.value as T;
    this.active++;
    try {
      const response = await this.fetchWithRetry(url, held?.etag, signal);
      if (response.status === 304 && held) {
        this.cache.put(url, {...held, version});
        return held.value as T;
      }
      const {value, size} = await decode(response);
      this.cache.put(url, {version, etag: response.headers.get('ETag') ?? '', value, size});
      return value;
    } finally {
      if (--this.active === 0) for (const resume of this.waiting.splice(0)) resume();
    }
  }

  /** Resolves when no request is under way: for requests that must not delay the plots. */
  async quiet(): Promise<void> {
    await this.wait(ARRIVAL_MILLISECONDS); // requests of the same moment go first
    while (this.active) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private async fetchWithRetry(
    url: string,
    etag: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.fetchOnce(url, etag, signal);
      } catch (error) {
        const transient = error instanceof ApiError && (error.status === 0 || error.status >= 500);
        if (!transient || attempt >= RETRIES || signal?.aborted) throw error;
        await this.wait(RETRY_MILLISECONDS * 2 ** attempt);
      }
    }
  }

  private async fetchOnce(
    url: string,
    etag: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    let response: Response;
    try {
      // `no-store`: our own cache answers, and a 304 has to reach it.
      response = await this.request(this.base + url, {
        cache: 'no-store',
        headers: etag ? {'If-None-Match': etag} : {},
        signal: signal ?? null,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError('TensorBoard does not answer. Is it still running?', 0);
    }
    if (response.ok || response.status === 304) return response;
    throw new ApiError(await errorText(response), response.status);
  }
}

async function errorText(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as {error?: unknown};
    if (typeof body.error === 'string') return body.error;
  } catch {
    // Not one of our answers: a proxy's error page, for instance.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}
