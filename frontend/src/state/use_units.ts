/** The units of the selected layer over the run. */

import {unitsQuery} from '../api/queries';
import type {Units} from '../api/types';
import type {Layer} from '../data/layers';
import type {Resource} from './resource';
import {useLoaded, useSession} from './session';

/** The output whose units are shown: the first one that has any. */
export const siteWithUnits = (layer: Layer | undefined) =>
  layer?.sites.find((candidate) => candidate.units > 0);

/** The units of the selected layer. */
export function useUnits(): Resource<Units> {
  const session = useSession();
  return useLoaded(() => {
    const site = siteWithUnits(session.layer.value);
    return site && session.has('units')
      ? session.request((run) => unitsQuery(run, site.name))
      : undefined;
  });
}
