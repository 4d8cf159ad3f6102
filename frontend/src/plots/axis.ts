/** What lies on the time axis of plots where it is not that of the shown run's steps. */

import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import type {TimeDomain} from '../draw/time_scale';
import {useSession} from '../state/session';

export interface AxisMark {
  readonly place: number;
  /** A CSS custom property without its dashes. */
  readonly colour: string;
}

export interface Axis {
  readonly domain: TimeDomain;
  /** What its numbers are called. */
  readonly name: string;
  /** Whether they are whole. */
  readonly whole: boolean;
  /** Where a step of the shown run lies. */
  readonly position: (step: number) => number;
  /** Goes to the step of the shown run at a place. */
  readonly goTo: (place: number) => void;
  readonly marks: readonly AxisMark[];
}

export const AxisContext = createContext<Axis | undefined>(undefined);

/** The axis around a plot, by default that of the shown run's steps. */
export function useAxis(): Axis {
  const session = useSession();
  const given = useContext(AxisContext);
  return (
    given ?? {
      domain: session.domain.value,
      name: 'step',
      whole: true,
      position: (step) => step,
      goTo: (place) => session.goTo(place),
      marks: [],
    }
  );
}
