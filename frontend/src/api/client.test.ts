import {describe, expect, it, vi} from 'vitest';
import {Cache} from './cache';
import {ApiError, Client, type Decode} from './client';

const asText: Decode<string> = async (response) => {
  const value = await response.text();
  return {value, size: value.length};
};

function clientOf(...answers: (Response | Error)[]) {
  const request = vi.fn<typeof fetch>(() => {
    const answer = answers.shift();
    if (!answer) throw new Error('asked more often than expected');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const waits: number[] = [];
  const wait = (milliseconds: number) => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  return {client: new Client('./', request, wait), request, waits};
}

describe('Client', () => {
  it('asks once for one version of the data', async () => {
    const {client, request} = clientOf(new Response('a'));
    expect(await client.get('runs', 'v1', asText)).toBe('a');
    expect(await client.get('runs', 'v1', asText)).toBe('a');
    expect(client.peek('runs', 'v1')).toBe('a');
    expect(client.peek('runs', 'v2')).toBeUndefined();
    expect(request).toHaveBeenCalledTimes(1);
  });

  it('sends the ETag for another version and keeps the decoded value on 304', async () => {
    const {client, request} = clientOf(
      new Response('a', {headers: {ETag: '"1"'}}),
      new Response(null, {status: 304}),
    );
    await client.get('runs', 'v1', asText);
    expect(await client.get('runs', 'v2', asText)).toBe('a');
    expect(request.mock.calls[1][1]?.headers).toEqual({'If-None-Match': '"1"'});
    expect(client.peek('runs', 'v2')).toBe('a');
  });

  it('is quiet when the last of several requests has been answered, or has failed', async () => {
    const answers: ((response: Response) => void)[] = [];
    const request = () => new Promise<Response>((resolve) => answers.push(resolve));
    const client = new Client('./', request, () => Promise.resolve());
    const both = [client.get('a', '', asText), client.get('b', '', asText)];
    let quiet = false;
    const rest = client.quiet().then(() => (quiet = true));
    answers[0](new Response('a'));
    await both[0];
    expect(quiet).toBe(false);
    answers[1](new Response('{}', {status: 404}));
    await expect(both[1]).rejects.toThrow();
    await rest;
    expect(quiet).toBe(true);
  });

  it('asks every time where no version is given', async () => {
    const {client, request} = clientOf(new Response('a'), new Response('b'));
    await client.get('runs', '', asText);
    expect(await client.get('runs', '', asText)).toBe('b');
    expect(request).toHaveBeenCalledTimes(2);
  });

  it("passes on the server's own words and does not retry a 404", async () => {
    const {client, request} = clientOf(new Response('{"error": "no run \\"x\\""}', {status: 404}));
    await expect(client.get('model?run=x', 'v', asText)).rejects.toThrow('no run "x"');
    expect(request).toHaveBeenCalledTimes(1);
  });

  it('retries a server that does not answer, waiting longer each time', async () => {
    const {client, waits} = clientOf(
      new TypeError('network'),
      new Response('', {status: 503}),
      new Response('a'),
    );
    expect(await client.get('runs', 'v', asText)).toBe('a');
    expect(waits).toEqual([300, 600]);
  });

  it('gives up after the last retry and says so', async () => {
    const down = () => new TypeError('network');
    const {client} = clientOf(down(), down(), down());
    const error = await client.get('runs', 'v', asText).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toContain('does not answer');
  });
});

describe('Cache', () => {
  const entry = (size: number) => ({version: '', etag: '', value: size, size});

  it('drops what was used longest ago, by bytes', () => {
    const cache = new Cache(10);
    cache.put('a', entry(4));
    cache.put('b', entry(4));
    cache.get('a');
    cache.put('c', entry(4));
    expect(cache.get('b')).toBeUndefined();
    expect(cache.get('a')?.value).toBe(4);
    expect(cache.size).toBe(8);
  });

  it('counts a replaced entry once and refuses one larger than itself', () => {
    const cache = new Cache(10);
    cache.put('a', entry(4));
    cache.put('a', entry(6));
    expect(cache.size).toBe(6);
    cache.put('b', entry(11));
    expect(cache.get('b')).toBeUndefined();
    expect(cache.size).toBe(6);
  });
});
