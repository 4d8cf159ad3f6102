/** Asks the worker for layouts; it is started by the first request. */

import type {Layout, LayoutRequest} from './layout';

interface Answer {
  readonly id: number;
  readonly layout?: Layout;
  readonly error?: string;
}

// A separate file of the build, which the server has under `static/`.
const WORKER = 'static/layout_worker.js';

let worker: Worker | undefined;
let requests = 0;

/** Lays out off the main thread. Rejects where the worker cannot be started, or fails. */
export function requestLayout(request: LayoutRequest): Promise<Layout> {
  const id = requests++;
  worker ??= new Worker(new URL(WORKER, import.meta.url), {type: 'module'});
  const own = worker;
  return new Promise((resolve, reject) => {
    const stop = () => {
      own.removeEventListener('message', onMessage);
      own.removeEventListener('error', onError);
    };
    const onMessage = ({data}: MessageEvent<Answer>) => {
      if (data.id !== id) return;
      stop();
      if (data.layout) resolve(data.layout);
      else reject(new Error(data.error));
    };
    const onError = () => {
      stop();
      worker = undefined; // the next request starts another one
      reject(new Error('The graph’s layout could not be started.'));
    };
    own.addEventListener('message', onMessage);
    own.addEventListener('error', onError);
    own.postMessage({id, request});
  });
}
