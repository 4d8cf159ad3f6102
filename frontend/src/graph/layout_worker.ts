/** The worker: one layout per request, in order. */

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
