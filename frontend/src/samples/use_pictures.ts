/** What is recorded of the probe samples: the snapshot that belongs to the shown step. */

import {type ReadonlySignal, useComputed} from '@preact/signals';
import {
  type PictureKind,
  activationFunctionsQuery,
  mapsIndexQuery,
  mapsQuery,
  predictionsQuery,
  probeQuery,
} from '../api/pictures';
import type {ActivationFunctions, Maps, MapsIndex, Predictions, Probe} from '../api/types';
import {lastAtMost} from '../draw/time_scale';
import type {Resource} from '../state/resource';
import {useLoaded, useSession} from '../state/session';

export function usePictureIndex(kind: PictureKind): Resource<MapsIndex> {
  const session = useSession();
  return useLoaded(() => session.requestOf(kind, (run) => mapsIndexQuery(run, kind)));
}

/** The newest recorded step not after `step`, else the first one. */
const snapshotAt = (steps: readonly number[], step: number): number | undefined =>
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
  return useLoaded(() => {
    const [wanted, step] = [name.value, snapshot.value];
    return wanted === undefined || step === undefined
      ? undefined
      : session.request((run) => mapsQuery(run, wanted, step, kind));
  });
}

export function useProbe(): Resource<Probe> {
  const session = useSession();
  return useLoaded(() => session.requestOf('probe', probeQuery));
}

export function usePredictions(): Resource<Predictions> {
  const session = useSession();
  return useLoaded(() => session.requestOf('prediction', predictionsQuery));
}

/** The picture of one of the selected layer's variables: the chosen one, else its first. */
export function useKernel(): {kernel: Resource<Maps>; names: readonly string[]} {
  const session = useSession();
  const index = usePictureIndex('kernels');
  const names = useComputed(() => {
    const recorded = index.fresh.value?.names ?? [];
    const own = session.layer.value?.variables.map(({path}) => path) ?? [];
    return own.filter((path) => recorded.includes(path));
  });
  const name = useComputed(
    () => names.value.find((each) => each === session.settings.tensor.value) ?? names.value[0],
  );
  return {kernel: usePictures('kernels', index, name), names: names.value};
}

/** Of the step that is rested on: a moving scrubber asks for nothing. */
export function useFunctions(): Resource<ActivationFunctions> {
  const session = useSession();
  return useLoaded(() => {
    const step = session.restUntil.value;
    if (step === undefined || !session.has('activation_function')) return undefined;
    return session.request((run) => activationFunctionsQuery(run, step));
  });
}
