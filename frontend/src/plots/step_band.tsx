/** Marks the shown step on a plot: an overlay, so that scrubbing redraws no plot. */

import {useSignalEffect} from '@preact/signals';
import {useRef} from 'preact/hooks';
import {useSession} from '../state/session';

interface BandProps {
  /** The parent's width in CSS pixels where it is known: the mark is then one pixel wide. */
  readonly width?: number;
}

/** Covers the shown sample's own steps in a parent whose width is the time domain. */
export function StepBand({width}: BandProps) {
  const session = useSession();
  const ref = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const band = session.band.value;
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
  });
  return <div class="step-band" ref={ref} hidden />;
}
