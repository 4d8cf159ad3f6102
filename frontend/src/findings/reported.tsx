/** What was reported while the run trained: of one problem, and where the findings differ from it now. */

import type {Difference, Finding, ReportedChange} from '../api/findings';
import {FINDING_CHANGES} from '../catalog';
import {ButtonMenu} from '../components/button_menu';
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
  if (!differences.length) return null;
  return (
    <ButtonMenu
      label={`${differences.length} reported differently`}
      title="Differs from what was reported during training"
      testId="differences"
      listLabel="Reported during training"
      listClass="differences"
    >
      {() => (
        <>
          <p>Differs from what was reported during training:</p>
          <ul>
            {differences.map(({problem, text}) => (
              <li key={problem}>{text}</li>
            ))}
          </ul>
        </>
      )}
    </ButtonMenu>
  );
}
