/** The table of the list of runs: its headings, its rows, and groups of them. */

import {useMemo} from 'preact/hooks';
import type {RunSummary} from '../../api/summaries';
import {
  HEALTH_COLUMN,
  NAME,
  type RunColumn,
  type RunGroup,
  type RunRow,
  isGroup,
  medianOf,
} from '../../data/run_rows';
import {px} from '../../components/hooks';
import {formatCount, formatNumber} from '../../draw/format';
import {useSession} from '../../state/session';
import {VirtualBody, useVirtualRows} from '../../tables/virtual_rows';
import {RunTableRow} from './run_row';
import {HealthCounts} from './worst_run';

const ROW_HEIGHT = 28; // CSS pixels, as in the style sheet
const LETTER = 7; // CSS pixels, of a wide font
const NARROWEST = 140;
const WIDEST = 420;

interface TableProps {
  readonly rows: readonly RunRow[];
  readonly columns: readonly RunColumn[];
  readonly metric: string;
}

export function RunsTable({rows, columns, metric}: TableProps) {
  const range = useVirtualRows(rows.length, ROW_HEIGHT);
  const session = useSession();
  const chosen = session.chosen.value?.name;
  const width = useMemo(() => nameWidth(rows), [rows]);
  return (
    <div class="runs-scroll" ref={range.ref} onScroll={range.onScroll} tabIndex={0}>
      <table aria-rowcount={rows.length + 1} aria-label="Runs" style={{'--name-width': width}}>
        <colgroup>
          <col class="name-column" />
          <col class="health-column" />
          <col class="curve-column" />
          {columns.map(({key, title}) => (
            <col key={key} style={{width: columnWidth(title)}} />
          ))}
        </colgroup>
        <thead>
          <tr>
            <Heading column={NAME} />
            <Heading column={HEALTH_COLUMN} />
            <th class="curve" title="Loss over the run: of the epochs, or of sampled batches">
              loss over the run
            </th>
            {columns.map((column) => (
              <Heading key={column.key} column={column} number />
            ))}
          </tr>
        </thead>
        <VirtualBody rows={rows.length} rowHeight={ROW_HEIGHT} range={range}>
          {(place) => {
            const row = rows[place];
            return isGroup(row) ? (
              <GroupRow
                key={`group ${String(row.value)}`}
                group={row}
                columns={columns.length}
                metric={metric}
              />
            ) : (
              <RunTableRow
                key={row.name}
                run={row}
                place={place}
                columns={columns}
                chosen={row.name === chosen}
              />
            );
          }}
        </VirtualBody>
      </table>
    </div>
  );
}

/** A click sorts smallest (worst) first, a second one largest first. */
function Heading({column, number}: {column: RunColumn; number?: boolean}) {
  const {runOrder} = useSession().settings;
  const {key, title, help} = column;
  const now = runOrder.value;
  const sorted = now === key ? 'ascending' : now === `-${key}` ? 'descending' : 'none';
  return (
    <th class={number ? 'number' : ''} aria-sort={sorted} data-column={key}>
      <button
        type="button"
        title={`${title}: ${help}. Click to sort.`}
        onClick={() => (runOrder.value = now === key ? `-${key}` : key)}
      >
        <span class="heading">{title}</span>
        <span class="sort" aria-hidden="true">
          {sorted === 'none' ? '' : sorted === 'ascending' ? '▲' : '▼'}
        </span>
      </button>
    </th>
  );
}

interface GroupProps {
  readonly group: RunGroup;
  readonly columns: number;
  readonly metric: string;
}

function GroupRow({group: {value, runs}, columns, metric}: GroupProps) {
  const setting = useSession().settings.runGroup.value;
  const loss = medianOf(runs.map((run) => run.loss));
  const logged = medianOf(runs.map((run) => run.logs.get(metric)));
  return (
    <tr class="group" data-testid="run-group-row">
      <th scope="rowgroup" colSpan={3 + columns}>
        <div class="group-line">
          <strong>
            {setting} = {groupName(value)}
          </strong>
          <span>
            {formatCount(runs.length)} {runs.length === 1 ? 'run' : 'runs'}
          </span>
          <HealthCounts runs={runs} />
          {loss !== undefined && <span class="quiet">median loss {formatNumber(loss)}</span>}
          {logged !== undefined && (
            <span class="quiet">
              median {metric} {formatNumber(logged)}
            </span>
          )}
        </div>
      </th>
    </tr>
  );
}

function groupName(value: RunGroup['value']): string {
  if (value === undefined) return '(not recorded)';
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/** Room for the heading, and for most values. */
const columnWidth = (title: string) => px(Math.min(150, Math.max(98, 44 + 6.5 * title.length)));

/** Room for the longest name, within limits; a Chinese letter is twice as wide. */
function nameWidth(rows: readonly RunRow[]): string {
  const names = rows.flatMap((row) => (isGroup(row) ? [] : [row.name]));
  const letters = (name: RunSummary['name']) =>
    name.length + (name.match(/[\u2e80-\uffef]/g)?.length ?? 0);
  const longest = names.reduce((most, name) => Math.max(most, letters(name)), 0);
  return px(Math.min(WIDEST, Math.max(NARROWEST, 28 + LETTER * longest)));
}
