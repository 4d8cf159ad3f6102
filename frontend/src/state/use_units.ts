/** The units of the selected layer over the run. */

import {unitsQuery} from '../api/queries';
import type {Units} from '../api/types';
import type {Layer} from '../data/layers';
import {type Resource, useResource} from './resource';
import {useSession} from './session';

/** The output whose units are shown: the first one that has any. */
export const siteWithUnits = (layer: Layer | undefined) =>
  layer?.sites.find((candidate) => candidate.units > 0);

/** The units of the selected layer. */
export function useUnits(): Resource<Units> {
  const session = useSession();
  return useResource(
    session.client,
    () => {
      const site = siteWithUnits(session.layer.value);
      return site && session.has('units')
        ? session.request((run) => unitsQuery(run, site.name))
        : undefined;
    },
    session.host.visible,
  );
}
