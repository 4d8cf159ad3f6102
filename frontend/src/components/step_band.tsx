/** Marks the shown step on a plot: an overlay, so that scrubbing draws no plot again. */

import {useSignalEffect} from '@preact/signals';
import {useRef} from 'preact/hooks';
import {lastAtMost} from '../draw/time_scale';
import {useSession} from '../state/session';

/** Covers the shown sample's own steps in a parent whose width is the time domain. */
export function StepBand() {
  const session = useSession();
  const ref = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const step = session.step.value;
    const steps = session.steps.value;
    const {first, end} = session.domain.value;
    const element = ref.current;
    if (!element) return;
    element.hidden = step === undefined;
    if (step === undefined) return;
    const next = steps[lastAtMost(steps, step) + 1] ?? end;
    element.style.left = `${(100 * (step - first)) / (end - first)}%`;
    element.style.width = `${(100 * (next - step)) / (end - first)}%`;
  });
  return <div class="step-band" ref={ref} hidden />;
}
