/** The limits beyond which a value counts as a problem; a change here evaluates the run again. */

import {useEffect, useRef} from 'preact/hooks';
import type {Threshold} from '../api/findings';
import {CloseButton} from '../components/controls';
import {Pending} from '../components/states';
import {formatNumber} from '../draw/format';
import {setThreshold, sliderScale} from '../data/findings';
import {useSession} from '../state/session';

export function ThresholdsPanel() {
  const session = useSession();
  const ref = useRef<HTMLElement>(null);
  const open = session.thresholdsOpen.value;
  useEffect(() => {
    if (open) ref.current?.focus({preventScroll: true});
  }, [open]);
  if (!open) return null;
  const {thresholds} = session.settings;
  return (
    <section
      class="finding-panel"
      ref={ref}
      tabIndex={-1}
      aria-label="Thresholds"
      data-testid="thresholds"
    >
      <header>
        <h2>Thresholds</h2>
        <button
          type="button"
          class="button"
          disabled={!thresholds.value}
          onClick={() => (thresholds.value = '')}
          data-testid="reset-thresholds"
        >
          Reset all
        </button>
        <CloseButton label="Close" onClick={() => (session.thresholdsOpen.value = false)} />
      </header>
      <p class="quiet">
        Limits beyond which a rule reports a problem. Your changes apply to this browser tab and are
        part of its address.
      </p>
      <Pending loaded={session.findings.state.value} retry={() => session.findings.retry()}>
        {(answer) => (
          <ul class="thresholds">
            {answer.thresholds.map((threshold) => (
              <ThresholdRow key={threshold.name} threshold={threshold} />
            ))}
          </ul>
        )}
      </Pending>
    </section>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const SLIDER_STEPS = 1000;

function ThresholdRow({threshold}: {threshold: Threshold}) {
  const session = useSession();
  const {name, low, high, definition, source} = threshold;
  const {thresholds} = session.settings;
  const set = (value: number | undefined) => {
    const kept = value === threshold.default ? undefined : value;
    thresholds.value = setThreshold(thresholds.peek(), name, kept);
  };
  const scale = sliderScale(low, high);
  const title = name.replaceAll('_', ' ');
  const changed = session.thresholds.value.has(name);
  const value = session.thresholds.value.get(name) ?? threshold.default;
  return (
    <li class={changed ? 'changed' : ''}>
      <div class="threshold-name">
        <b>{title}</b>
        {changed && (
          <button type="button" class="link" onClick={() => set(undefined)}>
            reset to {formatNumber(threshold.default)}
          </button>
        )}
      </div>
      <input
        type="range"
        aria-label={title}
        min={0}
        max={SLIDER_STEPS}
        value={SLIDER_STEPS * scale.position(value)}
        aria-valuetext={formatNumber(value)}
        onChange={(event) => set(scale.value(Number(event.currentTarget.value) / SLIDER_STEPS))}
      />
      <input
        type="number"
        aria-label={`${title}, as a number`}
        min={low}
        max={high}
        step="any"
        value={value}
        title={`From ${formatNumber(low)} to ${formatNumber(high)}`}
        data-testid={`threshold-${name}`}
        onChange={(event) => {
          const given = event.currentTarget.valueAsNumber;
          const inRange = Number.isFinite(given) && given >= low && given <= high;
          if (inRange) set(given);
          else event.currentTarget.value = String(value);
        }}
      />
      <p>
        {capital(definition)}.{' '}
        <span class="quiet">
          Default {formatNumber(threshold.default)}: {source}.
        </span>
      </p>
    </li>
  );
}
