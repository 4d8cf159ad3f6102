/** The worker: one request in, one layout out, in the order they came. */

import {type LayoutRequest, layoutGraph} from './layout';

interface Message {
  readonly id: number;
  readonly request: LayoutRequest;
}

self.onmessage = ({data: {id, request}}: MessageEvent<Message>) => {
  try {
    self.postMessage({id, layout: layoutGraph(request)});
  } catch (error) {
    self.postMessage({id, error: error instanceof Error ? error.message : String(error)});
  }
};
