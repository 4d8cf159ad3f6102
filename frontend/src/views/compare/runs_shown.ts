/** The runs of a comparison: colour, curves, axis and first difference of each. */

import {useComputed} from '@preact/signals';
import {type Difference, differenceQuery} from '../../api/difference';
import {lossQuery, modelQuery} from '../../api/queries';
import type {Loss, ModelAnswer, RunInfo} from '../../api/types';
import {AXIS_UNITS, type Position, positionOf} from '../../data/run_axis';
import {domainOf, lastAtMost} from '../../draw/time_scale';
import type {Axis} from '../../plots/axis';
import {MOST_OTHERS} from '../../state/compared_runs';
import {type Session, requestAbout, useLoaded, useSession} from '../../state/session';

export interface ShownRun {
  readonly run: RunInfo;
  readonly colour: string;
  readonly dash?: number[];
  readonly loss: Loss | undefined;
  /** Of its variables and layer outputs. */
  readonly names: ReadonlySet<string>;
  /** Undefined where the run has no such axis. */
  readonly position: Position | undefined;
  /** Against the shown run; undefined for itself and while it is compared. */
  readonly difference: Difference | undefined;
}

const COLOURS = 4; // of series, in the style sheet
const PLACES = Array.from({length: MOST_OTHERS}, (_, place) => place);

export const lookOf = (place: number) => ({
  colour: `series-${(place % COLOURS) + 1}`,
  ...(place >= COLOURS && {dash: [6, 3]}),
});

/** The shown run first. */
export function useShownRuns() {
  const session = useSession();
  const {compared, settings} = session;
  const others = PLACES.map((place) =>
    useLoaded(() => requestAbout(compared.runs.value[place], lossQuery)),
  );
  const models = PLACES.map((place) =>
    useLoaded(() => requestAbout(compared.runs.value[place], modelQuery)),
  );
  const differences = PLACES.map((place) => useLoaded(() => differenceRequest(session, place)));
  return useComputed((): readonly ShownRun[] => {
    const own = session.run.value;
    if (!own) return [];
    const axis = settings.axis.value;
    const shown = (run: RunInfo, place: number, loss: Loss | undefined): ShownRun => ({
      run,
      ...lookOf(place),
      loss,
      names: namesOf(place ? models[place - 1].fresh.value : session.model.data),
      position: loss && positionOf(loss, axis),
      difference: place ? differences[place - 1].fresh.value : undefined,
    });
    return [
      shown(own, 0, session.loss.data),
      ...compared.runs.value.map((run, place) => shown(run, place + 1, others[place].fresh.value)),
    ];
  });
}

const namesOf = (model: ModelAnswer | undefined): ReadonlySet<string> =>
  new Set([
    ...(model?.variables ?? []).map(({path}) => path),
    ...(model?.sites ?? []).map(({name}) => name),
  ]);

function differenceRequest({run, compared}: Session, place: number) {
  const [own, other] = [run.value, compared.runs.value[place]];
  if (!own || !other) return undefined;
  return {query: differenceQuery(own.name, other.name), version: `${own.etag} ${other.etag}`};
}

/** The axis that all runs share; undefined while the shown run is loading or has no such axis. */
export function axisOf(session: Session, runs: readonly ShownRun[]): Axis | undefined {
  const own = runs[0]?.position;
  if (!own) return undefined;
  const name = session.settings.axis.value;
  let [first, end] = [Infinity, -Infinity];
  for (const {loss, position} of runs) {
    if (!loss?.steps.length || !position) continue;
    const domain = domainOf(loss.steps);
    first = Math.min(first, position(domain.first));
    end = Math.max(end, position(domain.end));
  }
  if (!(first < end)) return undefined;
  const marks = runs.flatMap(({difference, colour}) =>
    difference?.parting ? [{place: own(difference.parting.step), colour}] : [],
  );
  return {
    domain: {first, end},
    name: AXIS_UNITS[name],
    whole: name === 'step',
    position: own,
    goTo: (place) => {
      const steps = session.steps.peek();
      const at = lastAtMost(Float64Array.from(steps, own), place);
      if (steps.length) session.goTo(steps[Math.max(0, at)]);
    },
    marks,
  };
}
