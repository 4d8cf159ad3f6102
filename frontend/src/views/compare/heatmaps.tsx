/** One statistic of two runs: each by itself and the second against the first, row by row. */

import {useMemo} from 'preact/hooks';
import {px, useSize} from '../../components/hooks';
import type {Sheet} from '../../data/sheet';
import {useAxis} from '../../plots/axis';
import {gutterOf} from '../../plots/row_labels';
import {TimeAxis} from '../../plots/time_axis';
import {useSession} from '../../state/session';
import {NUMBERS, Panel} from './compare_panel';
import {type Compared, numbersAt} from './comparison';

/** The numbers at the shown step, for tables and files. */
export function useComparisonSheet(
  compared: Compared,
  [own, other]: readonly [string, string],
): Sheet {
  const axis = useAxis();
  const step = useSession().step.value ?? 0;
  return useMemo(() => {
    const numbers = numbersAt(compared, axis.position(step));
    const columns = [numbers.a, numbers.b, numbers.difference];
    return {
      title: `${compared.info.title} at step ${step}`,
      columns: ['name', own, other, compared.kind === 'ratio' ? 'log2 of the ratio' : 'difference'],
      rows: compared.names.length,
      cell: (row: number, column: number) =>
        column ? columns[column - 1][row] : compared.names[row],
    };
  }, [compared, step, axis]);
}

interface HeatmapsProps {
  readonly compared: Compared;
  readonly names: readonly [string, string];
}

export function Heatmaps({compared, names: [own, other]}: HeatmapsProps) {
  const session = useSession();
  const axis = useAxis();
  const {names, kind, a, b, difference, matched} = compared;
  const [ref, size] = useSize<HTMLDivElement>();
  const gutter = useMemo(() => gutterOf(names), [names]);
  const numbers = numbersAt(compared, axis.position(session.step.value ?? 0));
  return (
    <div
      class="compare-plots"
      ref={ref}
      style={{'--gutter': px(gutter)}}
      data-rows={names.length}
      data-by-depth={matched.byDepth}
    >
      {matched.byDepth > 0 && (
        <p class="quiet compare-note">
          {matched.byDepth} of {names.length} rows are matched by depth: no row of the other run has
          their name. A cell’s tooltip has both names.
        </p>
      )}
      {names.length === 0 ? (
        <p class="quiet compare-note">No row has a partner in the other run.</p>
      ) : (
        <>
          <Panel title={own} side={a} numbers={numbers.a} {...{compared}} testId="compare-first" />
          <Panel
            title={other}
            side={b}
            numbers={numbers.b}
            {...{compared}}
            testId="compare-second"
          />
          <Panel
            title={kind === 'ratio' ? `${other} ÷ ${own}` : `${other} − ${own}`}
            side={difference}
            numbers={numbers.difference}
            compared={compared}
            diverging
            testId="compare-difference"
          />
          <div class="axis-row compare-axis">
            <span class="axis-name">{axis.name}</span>
            <TimeAxis width={size.value.width - gutter - NUMBERS} />
            <span class="axis-name">at this step</span>
          </div>
        </>
      )}
      <Unmatched run={own} names={matched.onlyFirst} />
      <Unmatched run={other} names={matched.onlySecond} />
    </div>
  );
}

/** Rows that have no partner, folded away. */
function Unmatched({run, names}: {run: string; names: readonly string[]}) {
  if (!names.length) return null;
  return (
    <details class="compare-note" data-testid="unmatched" data-value={names.length}>
      <summary>
        {names.length} {names.length === 1 ? 'row' : 'rows'} only in {run}
      </summary>
      <p class="quiet">{names.join(', ')}</p>
    </details>
  );
}
