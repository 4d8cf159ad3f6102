/** Requests to the control routes. They are never cached, and all but the first need the token. */

import {query} from '../api/queries';
import type {CommandName} from '../catalog';
import type {CommandArguments, ControlAnswer, Outcome} from './control_types';

const ANSWER_POLL = 500; // milliseconds
const FORBIDDEN = 403;

class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const fetchControl = (run: string) =>
  requestJson<ControlAnswer>(`control?${query({run})}`, '');

/**
 * Sends a command and waits until the run has taken it.
 *
 * Args:
 *   onWait: Called each time the run has not taken it yet.
 *
 * @throws Error with what the server answered, where it refuses the request.
 */
export async function sendCommand(
  run: string,
  token: string,
  command: CommandName,
  given: CommandArguments,
  onWait: () => void,
): Promise<Outcome> {
  const id = newId();
  const body = JSON.stringify({id, command, arguments: given});
  let outcome = await requestJson<Outcome>(`control/command?${query({run})}`, token, body);
  while (outcome.outcome === 'waiting') {
    onWait();
    await new Promise((resolve) => setTimeout(resolve, ANSWER_POLL));
    outcome = await requestJson<Outcome>(`control/answer?${query({run, id})}`, token);
  }
  return outcome;
}

/** Whether the run takes this token; true also where only the training process can tell. */
export async function takesToken(run: string, token: string): Promise<boolean> {
  try {
    await request(`control/answer?${query({run, id: newId()})}`, token); // an id that nobody sent
  } catch (error) {
    return !isForbidden(error);
  }
  return true;
}

/** Whether the server refused a request for its token. */
export const isForbidden = (error: unknown) =>
  error instanceof RequestError && error.status === FORBIDDEN;

/** The container that an inspecting command has left. */
export async function fetchInspection(
  run: string,
  token: string,
  id: string,
): Promise<ArrayBuffer> {
  return (await request(`control/look?${query({run, id})}`, token)).arrayBuffer();
}

async function requestJson<T>(url: string, token: string, body?: string): Promise<T> {
  return (await (await request(url, token, body)).json()) as T;
}

async function request(url: string, token: string, body?: string): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token) headers['X-Keras-Inspect-Control'] = token;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(`./${url}`, {method, headers, body: body ?? null});
  if (response.ok) return response;
  const {error} = (await response.json().catch(() => ({}))) as {error?: string};
  throw new RequestError(response.status, error ?? `The server answered ${response.status}`);
}

/** Ids sort by time; the random part makes them unique. */
function newId(): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const digits = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${String(Date.now()).padStart(13, '0')}000000-${digits}`;
}
