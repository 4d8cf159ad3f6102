/** What was reported while the run trained: of one problem, and where the findings differ from it now. */

import type {Difference, Finding, ReportedChange} from '../api/findings';
import {FINDING_CHANGES} from '../catalog';
import {useMenu} from '../components/menu';
import {SEVERITY_TITLES} from '../data/findings';
import {formatCount} from '../draw/format';

const SHOWN = 6; // of one problem, the last ones

interface ChangesProps {
  readonly finding: Finding;
  readonly changes: readonly ReportedChange[];
}

/** When a problem was reported, became worse and so on. */
export function ReportedChanges({finding, changes}: ChangesProps) {
  const own = changes.filter(({problem}) => problem === finding.problem).slice(-SHOWN);
  if (!own.length) return null;
  return (
    <p class="quiet" data-testid="reported">
      During training:{' '}
      {own.map(({step, change, severity}, place) => (
        <span key={place} title={`${SEVERITY_TITLES[severity]}: ${FINDING_CHANGES[change]}`}>
          {place > 0 && ', '}
          {change} at step {formatCount(step)}
        </span>
      ))}
    </p>
  );
}

/** Opens the list of problems that were judged otherwise when the run trained. */
export function Differences({differences}: {differences: readonly Difference[]}) {
  const {open, around} = useMenu();
  if (!differences.length) return null;
  return (
    <div class="menu" {...around}>
      <button
        type="button"
        class="button"
        aria-expanded={open.value}
        title="Differs from what was reported during training"
        data-testid="differences"
        onClick={() => (open.value = !open.value)}
      >
        {differences.length} reported differently
      </button>
      {open.value && (
        <div class="menu-items differences" role="group" aria-label="Reported during training">
          <p>Differs from what was reported during training:</p>
          <ul>
            {differences.map(({problem, text}) => (
              <li key={problem}>{text}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
