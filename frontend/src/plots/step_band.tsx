/** Marks the shown step on a plot: an overlay, so that scrubbing redraws no plot. */

import {useSignalEffect} from '@preact/signals';
import {useContext, useEffect, useRef} from 'preact/hooks';
import {type Session, useSession} from '../state/session';
import {type Axis, AxisContext} from './axis';

interface BandProps {
  /** The parent's width in CSS pixels where it is known: the mark is then one pixel wide. */
  readonly width?: number;
}

/** Covers the shown sample's own steps in a parent whose width is the time domain. */
export function StepBand({width}: BandProps) {
  const session = useSession();
  const axis = useContext(AxisContext);
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(axis);
  latest.current = axis;
  const place = () => {
    const band = latest.current ? bandOn(latest.current, session) : session.band.value;
    const element = ref.current;
    if (!element) return;
    element.hidden = band === undefined;
    if (band === undefined) return;
    if (width) {
      // There are dozens of these: a transform needs no layout.
      element.style.transform = `translateX(${Math.round((band.left / 100) * width)}px)`;
      return;
    }
    element.style.left = `${band.left}%`;
    // Of a single sample it would cover everything.
    element.style.width = band.width < 100 ? `${band.width}%` : '1px';
  };
  useSignalEffect(place);
  useEffect(place, [axis]);
  return <div class="step-band" ref={ref} hidden />;
}

/** In percent of the axis. */
function bandOn({domain: {first, end}, position}: Axis, session: Session) {
  const [step, steps] = [session.step.value, session.steps.value];
  if (step === undefined) return undefined;
  const left = position(step);
  const right = position(steps[session.position.value + 1] ?? step + 1);
  const percent = 100 / (end - first);
  return {left: percent * (left - first), width: percent * Math.max(0, right - left)};
}
