/** The step that all views show: the loss over the run, epochs, and controls to move through it. */

import {useMemo} from 'preact/hooks';
import type {Loss} from '../api/types';
import {IconButton} from '../components/controls';
import {type Size, useSize} from '../components/hooks';
import {hideTooltip, showTooltip} from '../components/tooltip';
import {type Branch, branchAt} from '../data/branches';
import {SEVERITY_TITLES} from '../data/findings';
import {formatCount, formatNumber} from '../draw/format';
import {sparkline} from '../draw/sparkline';
import {spansDecades} from '../draw/ticks';
import {sampleAt, stepToX, xToStep} from '../draw/time_scale';
import {NonfiniteStretches} from '../plots/nonfinite';
import {StepBand} from '../plots/step_band';
import {type Session, useSession} from '../state/session';
import type {ControlEntry} from '../steering/control_log';
import {SteeringBar} from '../steering/steering_bar';
import {LossLine} from './branch_marks';
import {ControlMarks, controlsNear, useControls} from './control_marks';
import {FindingMarks, findingsAt} from './finding_marks';
import {StepInfo} from './step_info';

export function Scrubber() {
  const session = useSession();
  const {steps} = session;
  const none = steps.value.length === 0;
  const playing = session.player.playing.value;
  return (
    <footer class="scrubber-bar">
      <div class="transport">
        <IconButton label="First step (Home)" disabled={none} onClick={() => first(session)}>
          <path d="M3 3h2v10H3zM13 3v10L6 8z" />
        </IconButton>
        <IconButton
          label="Previous recorded step (←)"
          disabled={none}
          onClick={() => session.move(-1)}
        >
          <path d="M11 3v10L4 8z" />
        </IconButton>
        <IconButton
          label={playing ? 'Pause (space)' : 'Play (space)'}
          disabled={none}
          onClick={() => session.player.toggle()}
          testId="play"
        >
          {playing ? <path d="M4 3h3v10H4zM9 3h3v10H9z" /> : <path d="M4 2.5v11L13 8z" />}
        </IconButton>
        <IconButton label="Next recorded step (→)" disabled={none} onClick={() => session.move(1)}>
          <path d="M5 3v10l7-5z" />
        </IconButton>
      </div>
      <Strip />
      <div class="step-info">
        <StepInfo />
      </div>
      <FollowButton />
      <SteeringBar />
    </footer>
  );
}

const first = (session: Session) => session.goTo(session.steps.peek()[0]);

function FollowButton() {
  const session = useSession();
  const following = session.settings.step.value === undefined;
  return (
    <button
      type="button"
      class="button follow"
      aria-pressed={following}
      data-testid="follow-latest"
      title="Show the newest recorded step, and follow the run"
      onClick={() => {
        if (following) session.goTo(session.step.peek() ?? 0);
        else session.followLatest();
      }}
    >
      Follow latest
    </button>
  );
}

function Strip() {
  const session = useSession();
  const [ref, size] = useSize<HTMLDivElement>();
  const loss = session.loss.data;
  const domain = session.domain.value;
  const controls = useControls();
  const stepAt = (event: PointerEvent) => {
    const box = ref.current!.getBoundingClientRect();
    const x = Math.min(box.width - 1, Math.max(0, event.clientX - box.left));
    return xToStep(x, domain, box.width);
  };
  const hover = (event: PointerEvent) => {
    if (!loss?.steps.length) return;
    if (event.buttons & 1) {
      session.player.stop();
      session.goTo(stepAt(event));
    }
    const at = sampleAt(loss.steps, stepAt(event));
    showTooltip(event.clientX, event.clientY, {
      title: `step ${formatCount(loss.steps[at])}`,
      lines: [
        {label: 'batch loss', value: formatNumber(loss.loss[at])},
        {label: 'learning rate', value: formatNumber(loss.learningRate[at])},
        ...findingsAt(session.shownFindings.value, loss.steps[at]).map(({severity, title}) => ({
          label: SEVERITY_TITLES[severity],
          value: title,
        })),
        ...returnFrom(session.branches.value, loss.steps[at]),
        ...controlsNear(
          controls,
          stepToX(stepAt(event), domain, size.value.width),
          domain,
          size.value.width,
        ),
      ],
    });
  };
  const {steps, step, position} = session;
  return (
    <div
      class="strip"
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label="Training step"
      aria-valuemin={steps.value[0] ?? 0}
      aria-valuemax={steps.value[steps.value.length - 1] ?? 0}
      aria-valuenow={step.value ?? 0}
      aria-valuetext={`step ${step.value ?? 0}, sample ${position.value + 1} of ${steps.value.length}`}
      data-testid="scrubber"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        session.player.stop();
        session.goTo(stepAt(event));
      }}
      onPointerMove={hover}
      onPointerLeave={hideTooltip}
    >
      {loss && size.value.width > 0 && (
        <StripPicture loss={loss} size={size.value} controls={controls} />
      )}
      <StepBand />
    </div>
  );
}

/** For the tooltip of a step that was given up. */
function returnFrom(branches: readonly Branch[], step: number) {
  const branch = branchAt(branches, step);
  if (!branch) return [];
  return [{label: 'given up', value: `training returned to the state before step ${branch[0]}`}];
}

const EPOCH_LANE = 12; // pixels at the bottom for the epochs' numbers
const LABEL_ROOM = 28; // pixels that an epoch's number needs

interface PictureProps {
  readonly loss: Loss;
  readonly size: Size;
  readonly controls: readonly ControlEntry[];
}

function StripPicture({loss, size: {width, height}, controls}: PictureProps) {
  const session = useSession();
  const domain = session.domain.value;
  const log = useMemo(() => spansDecades(loss.loss), [loss]);
  const line = useMemo(
    () => sparkline(loss.loss, loss.steps, domain, width, height - EPOCH_LANE - 4, log),
    [loss, domain, width, height, log],
  );
  return (
    <svg width={width} height={height} aria-hidden="true">
      <Epochs loss={loss} size={{width, height}} />
      <LossLine
        path={line.path}
        branches={session.branches.value}
        {...{domain, width}}
        height={height - EPOCH_LANE}
      />
      <NonfiniteStretches stretches={line.nonfinite} height={height - EPOCH_LANE} />
      <FindingMarks width={width} />
      <ControlMarks entries={controls} {...{domain, width, height}} />
    </svg>
  );
}

/** A line at the end of each epoch, its number below; thinned out where they are many. */
function Epochs({loss, size: {width, height}}: {loss: Loss; size: Size}) {
  const domain = useSession().domain.value;
  const ends = loss.epochSteps;
  const stride = Math.max(1, Math.ceil((ends.length * LABEL_ROOM) / width));
  const shown = Array.from(ends, (_, index) => index).filter((index) => index % stride === 0);
  return (
    <>
      <line x1={0} x2={width} y1={height - EPOCH_LANE} y2={height - EPOCH_LANE} class="epoch" />
      {shown.map((index) => {
        const start = stepToX(index ? ends[index - 1] + 1 : domain.first, domain, width);
        const x = Math.round(start) + 0.5;
        return (
          <g key={index}>
            {index > 0 && <line x1={x} x2={x} y1={0} y2={height} class="epoch" />}
            <text x={x + 3} y={height - 2}>
              {index + 1}
            </text>
          </g>
        );
      })}
    </>
  );
}
