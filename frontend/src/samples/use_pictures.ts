/** What is recorded of the probe samples: the snapshot that belongs to the shown step. */

import {type ReadonlySignal, useComputed} from '@preact/signals';
import {
  type PictureKind,
  mapsIndexQuery,
  mapsQuery,
  predictionsQuery,
  probeQuery,
} from '../api/pictures';
import type {Maps, MapsIndex, Predictions, Probe} from '../api/types';
import {lastAtMost} from '../draw/time_scale';
import {type Resource, useResource} from '../state/resource';
import {useSession} from '../state/session';

export function usePictureIndex(kind: PictureKind): Resource<MapsIndex> {
  const session = useSession();
  return useResource(
    session.client,
    () => (session.has(kind) ? session.request((run) => mapsIndexQuery(run, kind)) : undefined),
    session.host.visible,
  );
}

/** The newest recorded step not after `step`, else the first one. */
export const snapshotAt = (steps: readonly number[], step: number): number | undefined =>
  steps[Math.max(0, lastAtMost(steps, step))];

/** The pictures of one name; one snapshot serves many steps. */
export function usePictures(
  kind: PictureKind,
  index: Resource<MapsIndex>,
  name: ReadonlySignal<string | undefined>,
): Resource<Maps> {
  const session = useSession();
  const snapshot = useComputed(() =>
    snapshotAt(index.fresh.value?.steps ?? [], session.shownUntil.value),
  );
  return useResource(
    session.client,
    () => {
      const [wanted, step] = [name.value, snapshot.value];
      return wanted === undefined || step === undefined
        ? undefined
        : session.request((run) => mapsQuery(run, wanted, step, kind));
    },
    session.host.visible,
  );
}

export function useProbe(): Resource<Probe> {
  const session = useSession();
  return useResource(
    session.client,
    () => (session.has('probe') ? session.request(probeQuery) : undefined),
    session.host.visible,
  );
}

export function usePredictions(): Resource<Predictions> {
  const session = useSession();
  return useResource(
    session.client,
    () => (session.has('prediction') ? session.request(predictionsQuery) : undefined),
    session.host.visible,
  );
}
