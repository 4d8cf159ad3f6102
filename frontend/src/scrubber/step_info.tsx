/** The shown step, which can be typed, and where training is there: loss, a metric, learning rate. */

import type {Loss, ModelAnswer} from '../api/types';
import {hideTooltip, showTooltip} from '../components/tooltip';
import {branchAt} from '../data/branches';
import {isMetric, metricNames, valueAt} from '../data/metrics';
import {formatCount, formatNumber} from '../draw/format';
import {lastAtMost} from '../draw/time_scale';
import {type Session, useSession} from '../state/session';

export function StepInfo() {
  const session = useSession();
  const step = session.step.value;
  const steps = session.steps.value;
  if (step === undefined) return <span class="quiet">no step recorded</span>;
  const epoch = epochOf(session.loss.data, step, session.model.data?.steps_per_epoch ?? 0);
  return (
    <>
      <span class="step-label" data-testid="step-label" data-value={step}>
        step <StepField session={session} step={step} />
        <span class="of-steps">of {formatCount(steps[steps.length - 1])}</span>
        {branchAt(session.branches.value, step) && <span class="quiet"> · given up</span>}
        {epoch !== undefined && <span class="quiet"> · epoch {epoch + 1}</span>}
      </span>
      <Vitals step={step} />
    </>
  );
}

/** The epoch, from 0, that a step belongs to, where the run says so. */
function epochOf(loss: Loss | undefined, step: number, stepsPerEpoch: number): number | undefined {
  if (stepsPerEpoch > 0) return Math.floor(step / stepsPerEpoch);
  const ends = loss?.epochSteps;
  return ends?.length ? lastAtMost(ends, step - 1) + 1 : undefined;
}

/** Goes to the recorded step at or before the number that is typed. */
function StepField({session, step}: {session: Session; step: number}) {
  const text = formatCount(step);
  const go = (field: HTMLInputElement) => {
    const typed = Number(field.value.replace(/[^\d]/g, ''));
    if (field.value !== text && /\d/.test(field.value)) session.goTo(typed);
    field.value = formatCount(session.step.peek() ?? step);
  };
  return (
    <input
      class="step-field"
      inputMode="numeric"
      aria-label="Go to step"
      title="Type a step: the recorded one at or before it is shown"
      value={text}
      style={{width: `${text.length + 1}ch`}}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => go(event.currentTarget)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') go(event.currentTarget);
        if (event.key !== 'Escape') event.stopPropagation(); // letters and arrows are the field's
      }}
    />
  );
}

/** Numbers of the run as a whole at the shown step; all of them, and the optimizer, on hover. */
function Vitals({step}: {step: number}) {
  const session = useSession();
  const loss = session.loss.data;
  if (!loss) return null;
  const found = numbersAt(loss, step);
  const rate = rateOf(loss, step);
  const shown = [found[0], found.find(({label}) => isMetric(label)), rate];
  const lines = [...found, ...(rate ? [rate] : []), ...optimizerOf(session.model.data)];
  return (
    <span
      class="vitals"
      data-testid="vitals"
      onPointerMove={(event) =>
        showTooltip(event.clientX, event.clientY, {title: `step ${formatCount(step)}`, lines})
      }
      onPointerLeave={hideTooltip}
    >
      {shown.map(
        (item) =>
          item && (
            <span key={item.label}>
              <i>{item.label} </i>
              <b>{item.value}</b>
            </span>
          ),
      )}
    </span>
  );
}

interface Item {
  readonly label: string;
  readonly value: string;
}

const item = (label: string, value: string): Item => ({label, value});

/** The loss of the batch, then what Keras logged last for an epoch, validation first. */
function numbersAt(loss: Loss, step: number): Item[] {
  const batch = item('loss', formatNumber(loss.loss[lastAtMost(loss.steps, step)]));
  const epoch = lastAtMost(loss.epochSteps, step);
  if (epoch < 0) return [batch];
  const names = metricNames(loss).sort((a, b) => Number(isValidation(b)) - Number(isValidation(a)));
  return [batch, ...names.map((name) => item(name, formatNumber(valueAt(loss, name, epoch))))];
}

const isValidation = (name: string) => name.startsWith('val_');

function rateOf(loss: Loss, step: number): Item | undefined {
  const rate = loss.learningRate[lastAtMost(loss.steps, step)];
  return Number.isFinite(rate) ? item('rate', formatNumber(rate)) : undefined;
}

/** The optimizer and its values. */
function optimizerOf(model: ModelAnswer | undefined): Item[] {
  const compiled = Object.entries(model?.compiled ?? {}).sort();
  return compiled
    .filter(([name]) => /^optimizer(\.|$)/.test(name) && !/_?ema/.test(name))
    .map(([name, value]) => item(name.replace('optimizer.', ''), value));
}
