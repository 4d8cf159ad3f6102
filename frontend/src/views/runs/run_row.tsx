/** One run in the list of runs. */

import {useMemo} from 'preact/hooks';
import type {RunSummary} from '../../api/summaries';
import {NAMED_VIEWS} from '../../data/named_views';
import type {RunColumn} from '../../data/run_rows';
import {sparkline} from '../../draw/sparkline';
import {domainOf} from '../../draw/time_scale';
import {SeverityIcon} from '../../findings/severity';
import {NonfiniteStretches} from '../../plots/nonfinite';
import {chooseRun} from '../../state/choose_run';
import {useSession} from '../../state/session';

const WIDTH = 96; // of the curve, in CSS pixels
const HEIGHT = 20;
const TAIL = 12; // letters of a long name that stay at its end

interface RowProps {
  readonly run: RunSummary;
  readonly place: number;
  readonly columns: readonly RunColumn[];
  /** Whether it is the one that the other views show. */
  readonly chosen: boolean;
}

export function RunTableRow({run, place, columns, chosen}: RowProps) {
  const session = useSession();
  return (
    <tr
      class={chosen ? 'selected' : ''}
      aria-rowindex={place + 2}
      data-testid="run-row"
      data-run={run.name}
      onClick={() => chooseRun(session, run.name, NAMED_VIEWS.overview)}
    >
      <th scope="row">
        <button type="button" class="run-name" title={`${run.name}: open this run`}>
          <RunName name={run.name} />
        </button>
      </th>
      <td
        class={`health ${run.health}`}
        title={run.verdict || run.healthText}
        data-health={run.health}
      >
        <SeverityIcon severity={run.health} /> {run.healthText}
      </td>
      <td class="curve">
        <Curve run={run} />
      </td>
      {columns.map((column) => (
        <ValueCell key={column.key} column={column} run={run} />
      ))}
    </tr>
  );
}

/** A name that is shortened in its middle where it is too long: the end tells trials apart. */
function RunName({name}: {name: string}) {
  const shown = name === '.' ? '(log directory)' : name;
  const letters = Array.from(shown);
  return (
    <>
      <span class="head">{letters.slice(0, -TAIL).join('')}</span>
      <span class="tail">{letters.slice(-TAIL).join('')}</span>
    </>
  );
}

function ValueCell({column, run}: {column: RunColumn; run: RunSummary}) {
  const value = column.value(run);
  const bad = typeof value === 'number' && !Number.isFinite(value);
  const shown = column.text(value);
  return (
    <td
      class={`number ${bad ? 'alarm' : ''} ${value === undefined ? 'missing' : ''}`}
      title={value === undefined ? 'not recorded' : String(value)}
      data-column={column.key}
      data-value={value === undefined ? '' : String(value)}
    >
      {shown}
    </td>
  );
}

function Curve({run: {curve, curveSteps}}: {run: RunSummary}) {
  const line = useMemo(() => {
    const isPositive = curve.every((value) => !Number.isFinite(value) || value > 0);
    return sparkline(curve, curveSteps, domainOf(curveSteps), WIDTH, HEIGHT, isPositive);
  }, [curve, curveSteps]);
  return (
    <div class="sparkline">
      <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
        <path d={line.path} />
        <NonfiniteStretches stretches={line.nonfinite} height={HEIGHT} />
      </svg>
    </div>
  );
}
