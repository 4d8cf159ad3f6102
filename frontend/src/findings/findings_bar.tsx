/** What is wrong, one line per run; a click on a finding opens it and goes to where it shows. */

import {useSignal} from '@preact/signals';
import {useLayoutEffect} from 'preact/hooks';
import type {Finding, FindingsAnswer, Verdict} from '../api/findings';
import type {RunInfo} from '../api/types';
import {flatten, keyOf} from '../data/findings';
import {PROBLEMS} from '../catalog';
import {type Side, openFinding, openedFinding} from '../state/open_finding';
import type {Resource} from '../state/resource';
import {useSession} from '../state/session';
import {px, useSize} from '../components/hooks';
import {ButtonMenu} from '../components/button_menu';
import {Differences} from './reported';
import {SeverityIcon, SeverityWord} from './severity';

export function FindingsBar() {
  const session = useSession();
  const comparing = session.comparing.value;
  return (
    <section class="findings" aria-label="Findings" data-testid="findings">
      <div class="findings-lines">
        <RunFindings source={session.findings} run={session.run.value} side="a" named={comparing} />
        {comparing && (
          <RunFindings
            source={session.otherFindings}
            run={session.other.value}
            side="b"
            named={true}
          />
        )}
      </div>
      <ThresholdsButton />
    </section>
  );
}

function ThresholdsButton() {
  const {thresholds, thresholdsOpen, detailsOpen} = useSession();
  const changed = thresholds.value.size;
  return (
    <button
      type="button"
      class="button"
      aria-expanded={thresholdsOpen.value}
      title="The limits beyond which a value counts as a problem"
      data-testid="thresholds-button"
      onClick={() => (detailsOpen.value = thresholdsOpen.value = !thresholdsOpen.value)}
    >
      Thresholds{changed > 0 && `: ${changed} changed`}
    </button>
  );
}

interface RunProps {
  readonly source: Resource<FindingsAnswer>;
  readonly run: RunInfo | undefined;
  readonly side: Side;
  /** Whether the name of the run is shown. */
  readonly named: boolean;
}

function RunFindings({source, run, side, named}: RunProps) {
  const {data, error, loading} = source.state.value;
  const answer = data?.run === run?.name ? data : undefined;
  return (
    <div class="findings-line" aria-busy={loading} data-testid={`findings-${side}`}>
      {named && (
        <span class="findings-run" title={run?.name}>
          {run?.name}
        </span>
      )}
      {answer ? (
        <>
          <VerdictText
            verdict={answer.verdict}
            found={new Set(flatten(answer.findings).map(({problem}) => problem))}
          />
          <Chips findings={answer.findings} side={side} />
          <Differences differences={answer.reported.differences} />
        </>
      ) : (
        error === undefined && <span class="quiet">Checking for problems…</span>
      )}
      {error !== undefined && (
        <span class="findings-error alarm" role="alert" data-testid="findings-error">
          <span title={error}>Findings could not be loaded: {error}</span>
          <button type="button" class="button" onClick={() => source.retry()}>
            Try again
          </button>
        </span>
      )}
    </div>
  );
}

interface ChipsProps {
  readonly findings: readonly Finding[];
  readonly side: Side;
}

function Chips({findings, side}: ChipsProps) {
  const [ref, size] = useSize<HTMLDivElement>();
  const fitting = useSignal(findings.length);
  const width = size.value.width;
  useLayoutEffect(() => {
    const line = ref.current;
    if (!line?.children.length) return;
    const chips = [...line.children] as HTMLElement[];
    const [first] = chips;
    first.style.maxWidth = '';
    // Chips that do not fit wrap into hidden lines. The first one gets the room that is left.
    const fit = chips.filter((chip) => chip.offsetTop === first.offsetTop);
    const last = fit[fit.length - 1];
    const left = line.offsetLeft + line.offsetWidth - last.offsetLeft - last.offsetWidth;
    first.style.maxWidth = px(first.offsetWidth + left);
    fitting.value = fit.length;
  }, [findings, width]);
  if (!findings.length) return null;
  const more = findings.length - fitting.value;
  return (
    <>
      <div class="chips" ref={ref}>
        {findings.map((finding, place) => (
          <Chip
            key={keyOf(finding)}
            finding={finding}
            side={side}
            unseen={place >= fitting.value}
          />
        ))}
      </div>
      {more > 0 && <MoreFindings findings={findings} more={more} side={side} />}
    </>
  );
}

interface VerdictProps {
  readonly verdict: Verdict;
  /** Problems that a finding is about. */
  readonly found: ReadonlySet<string>;
}

/** The verdict in words, where no chip of a warning or an error says it; a click lists the checks. */
function VerdictText({verdict, found}: VerdictProps) {
  if (verdict.state === 'warning' || verdict.state === 'error') return null;
  const label = (
    <>
      <SeverityIcon severity={verdict.state} /> {verdict.text}
    </>
  );
  return (
    <div class={`verdict ${verdict.state}`}>
      <ButtonMenu
        label={label}
        title="Click for what was checked"
        testId="verdict"
        listLabel="What was checked"
        listClass="checks"
      >
        {() => <Checks verdict={verdict} found={found} />}
      </ButtonMenu>
    </div>
  );
}

/** What was looked for and not found, and what could not be looked for, with the reason. */
function Checks({verdict, found}: {verdict: Verdict; found: ReadonlySet<string>}) {
  const unable = new Map(verdict.unable.map((item) => [item.problem, item]));
  const titles = Object.entries(PROBLEMS);
  return (
    <ul>
      {titles
        .filter(([problem]) => !unable.has(problem) && !found.has(problem))
        .map(([problem, title]) => (
          <li key={problem}>
            <SeverityIcon severity="healthy" /> no {title}
          </li>
        ))}
      {verdict.unable.map(({problem, reason, advice}) => (
        <li key={problem} class="quiet">
          <SeverityIcon severity="unknown" /> {PROBLEMS[problem] ?? problem}: could not look (
          {reason}
          ). {advice}
        </li>
      ))}
    </ul>
  );
}

interface ChipProps {
  readonly finding: Finding;
  readonly side: Side;
  readonly unseen?: boolean;
  readonly onPick?: () => void;
}

export function Chip({finding, side, unseen, onPick}: ChipProps) {
  const session = useSession();
  const opened = openedFinding(session);
  const pressed = opened?.side === side && opened.finding === finding;
  return (
    <button
      type="button"
      class={`chip ${finding.severity}`}
      title={finding.title}
      aria-pressed={pressed}
      data-testid="finding"
      data-problem={finding.problem}
      data-severity={finding.severity}
      style={unseen ? {visibility: 'hidden'} : undefined}
      onClick={() => {
        openFinding(session, side, finding);
        onPick?.();
      }}
    >
      <SeverityIcon severity={finding.severity} /> <SeverityWord finding={finding} />{' '}
      <span class="chip-title">{finding.title}</span>
    </button>
  );
}

interface MoreProps extends Omit<ChipsProps, 'run'> {
  readonly more: number;
}

/** All findings, where the line is too short for them. */
function MoreFindings({findings, more, side}: MoreProps) {
  return (
    <ButtonMenu
      label={`+${more} more`}
      testId="more-findings"
      listLabel="All findings"
      listClass="findings-all"
    >
      {(close) =>
        findings.map((finding) => (
          <Chip key={keyOf(finding)} finding={finding} side={side} onPick={close} />
        ))
      }
    </ButtonMenu>
  );
}
