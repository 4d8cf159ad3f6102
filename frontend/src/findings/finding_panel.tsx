/** One finding in full: cause, evidence, what to try. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {Advice, Evidence, Finding} from '../api/findings';
import {CloseButton} from '../components/controls';
import {EvidenceTrend} from './evidence_trend';
import {Chip} from './findings_bar';
import {ReportedChanges} from './reported';
import {SeverityIcon, SeverityWord} from './severity';
import {formatCount, formatNumber, formatPercent} from '../draw/format';
import {copyText} from '../host/clipboard';
import {keyOf} from '../data/findings';
import {type Side, closeFinding, openEvidence, openedFinding} from '../state/open_finding';
import {useSession} from '../state/session';
import {TIME_KINDS} from '../data/statistics';

interface PanelProps {
  /** Buttons for what can be done about a finding of the shown run. */
  readonly actions: (finding: Finding) => ComponentChildren;
}

export function FindingPanel({actions}: PanelProps) {
  const opened = openedFinding(useSession());
  return opened ? <Details {...opened} actions={actions} key={keyOf(opened.finding)} /> : null;
}

interface DetailsProps extends PanelProps {
  readonly finding: Finding;
  readonly side: Side;
}

function Details({finding, side, actions}: DetailsProps) {
  const session = useSession();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    // Who opened a finding from the bar continues reading here.
    if (document.activeElement?.closest('.findings')) ref.current?.focus({preventScroll: true});
    ref.current?.scrollIntoView({block: 'nearest'});
  }, []);
  const run = side === 'a' ? session.run.value : session.other.value;
  const answer = (side === 'a' ? session.findings : session.otherFindings).state.value.data;
  const reported = answer?.run === run?.name ? answer?.reported : undefined;
  return (
    <section
      class="finding-panel"
      ref={ref}
      tabIndex={-1}
      aria-label={`Finding: ${finding.title}`}
      data-testid="finding-panel"
      data-problem={finding.problem}
    >
      <header>
        <SeverityIcon severity={finding.severity} size={18} />
        <h2>{finding.title}</h2>
        <CloseButton
          label="Close the finding (Esc)"
          onClick={() => closeFinding(session)}
          testId="close-finding"
        />
      </header>
      <p class="quiet">
        <SeverityWord finding={finding} /> ·{' '}
        <span title="How confident the rule is that this is a problem">
          confidence {formatPercent(finding.confidence)}
        </span>{' '}
        · steps {formatCount(finding.first_step)} to {formatCount(finding.last_step)}
        {finding.ongoing ? ', ongoing' : ', over'}
        {finding.confirmed_step > finding.first_step &&
          `, known from step ${formatCount(finding.confirmed_step)} on`}
        {session.comparing.value && run && ` · ${run.name}`}
      </p>
      {reported && <ReportedChanges finding={finding} changes={reported.changes} />}
      <p>{finding.cause}</p>
      <EvidenceTable {...{finding, side}} />
      {finding.advice.length > 0 && (
        <>
          <h3>What to try, in this order</h3>
          <ol>
            {finding.advice.map((advice, place) => (
              <AdviceItem key={place} advice={advice} />
            ))}
          </ol>
        </>
      )}
      {side === 'a' && actions(finding)}
      {finding.related.length > 0 && (
        <>
          <h3>It also explains</h3>
          <div class="related">
            {finding.related.map((related) => (
              <Chip key={keyOf(related)} finding={related} side={side} />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function EvidenceTable({finding, side}: {finding: Finding; side: Side}) {
  if (!finding.evidence.length) return null;
  return (
    <table class="evidence" aria-label="Evidence">
      <thead>
        <tr>
          <th>Number</th>
          <th class="number">Value</th>
          <th class="number" title="What the value is compared with">
            Limit
          </th>
          {side === 'a' && <th>Over the run</th>}
        </tr>
      </thead>
      <tbody>
        {finding.evidence.map((evidence, place) => (
          <EvidenceRow key={place} {...{finding, evidence, side}} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly finding: Finding;
  readonly evidence: Evidence;
  readonly side: Side;
}

function EvidenceRow({finding, evidence, side}: RowProps) {
  const session = useSession();
  const {name, kind, statistic, row, text, value, threshold, unit} = evidence;
  const source = [TIME_KINDS[kind], statistic, row].filter(Boolean).join(', ');
  return (
    <tr data-testid="evidence" data-value={value ?? ''}>
      <th scope="row">
        {kind in TIME_KINDS ? (
          <button
            type="button"
            class="link"
            title={`Show over time: ${source}`}
            onClick={() => openEvidence(session, finding, evidence)}
          >
            {name}
          </button>
        ) : (
          name
        )}
      </th>
      <td class="number">{text}</td>
      <td class="number quiet">{threshold === null ? '' : limitText(threshold, unit)}</td>
      {side === 'a' && <EvidenceTrend evidence={evidence} />}
    </tr>
  );
}

function limitText(threshold: number, unit: string): string {
  if (unit === '%') return formatPercent(threshold);
  return unit ? `${formatNumber(threshold)} ${unit}` : formatNumber(threshold);
}

function AdviceItem({advice: {text, code}}: {advice: Advice}) {
  const copied = useSignal(false);
  return (
    <li>
      {text}
      {code && (
        <div class="code">
          <pre>
            <code>{code}</code>
          </pre>
          <button
            type="button"
            class="button"
            aria-label={`Copy: ${text}`}
            onClick={() => void copyText(code).then((done) => (copied.value = done))}
          >
            {copied.value ? 'Copied' : 'Copy'}
          </button>
        </div>
      )}
    </li>
  );
}
