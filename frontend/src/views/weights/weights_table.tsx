/** One row for each trainable variable. */

import type {Table} from '../../api/types';
import {KINDS, STATISTICS} from '../../catalog';
import {splitPath} from '../../data/layers';
import type {Sheet} from '../../data/sheet';
import {isUnusual, usualOf, withUsual} from '../../data/usual';
import {type Tables, isMissing, tableRow} from '../../data/tables';
import {formatCount, formatNumber, formatShape} from '../../draw/format';
import {SparklineCell} from '../../plots/sparkline_cell';
import {useSession} from '../../state/session';
import {showFullValue} from '../../tables/full_value';
import {useVirtualRows, VirtualBody} from '../../tables/virtual_rows';
import type {WeightRow} from './weight_rows';

const ROW_HEIGHT = 26; // CSS pixels, as in the style sheet

export const COLUMNS = [
  ['norm', STATISTICS.l2.title, 'Square root of the sum of squares of the variable’s elements.'],
  ['growth', 'Since start', 'The norm divided by its first recorded value that is not zero.'],
  ['maxAbs', 'Largest |w|', 'Largest absolute value of the variable’s elements.'],
  ['update', KINDS.update.title, 'L2 norm of the step’s change of the variable.'],
  [
    'ratio',
    STATISTICS.ratio.title,
    'L2 norm of the step’s change divided by the L2 norm of the variable.',
  ],
] as const;

/** Of the columns, by which the usual ranges are known. */
const USUAL_KEYS: Readonly<Record<string, string>> = {
  growth: 'weight.growth',
  update: 'update.l2',
  ratio: 'update.ratio',
};

export function sheetOf(rows: readonly WeightRow[], step: number | undefined): Sheet {
  return {
    title: `Weights at step ${step ?? ''}`,
    columns: ['variable', 'shape', 'elements', ...COLUMNS.map(([, title]) => title)],
    rows: rows.length,
    cell: (row, column) => {
      const {variable, elements} = rows[row];
      if (column === 0) return variable.path;
      if (column === 1) return formatShape(variable.shape);
      return column === 2 ? elements : rows[row][COLUMNS[column - 3][0]];
    },
  };
}

export function WeightsTable({rows, tables}: {rows: readonly WeightRow[]; tables: Tables}) {
  const session = useSession();
  const range = useVirtualRows(rows.length, ROW_HEIGHT);
  const own = new Set(session.layer.value?.variables.map(({path}) => path));
  return (
    <div
      class={`overview weights-table ${session.approximate.value ? 'stale' : ''}`}
      ref={range.ref}
      onScroll={range.onScroll}
      tabIndex={0}
    >
      <table
        aria-rowcount={rows.length + 1}
        aria-label="Variables at the shown step"
        onPointerOver={showFullValue}
      >
        <thead>
          <tr>
            <th>
              <span>Variable</span>
            </th>
            <th class="number">
              <span>Shape</span>
            </th>
            {COLUMNS.map(([key, title, definition]) => (
              <th key={key} class="number" title={withUsual(definition, USUAL_KEYS[key] ?? '')}>
                <span>{title}</span>
              </th>
            ))}
            <th class="trend" title="Update ratio over the run, log scale">
              ratio over time
            </th>
          </tr>
        </thead>
        <VirtualBody rows={rows.length} rowHeight={ROW_HEIGHT} range={range}>
          {(place) => (
            <VariableRow
              key={rows[place].variable.path}
              row={rows[place]}
              update={tables.get('update')}
              place={place}
              selected={own.has(rows[place].variable.path)}
            />
          )}
        </VirtualBody>
      </table>
      {rows.length === 0 && <p class="quiet">No variable matches the filter.</p>}
    </div>
  );
}

interface RowProps {
  readonly row: WeightRow;
  readonly update: Table | undefined;
  readonly place: number;
  readonly selected: boolean;
}

function VariableRow({row, update, place, selected}: RowProps) {
  const session = useSession();
  const {path, shape} = row.variable;
  const [prefix, name] = splitPath(path);
  const choose = () => {
    const owner = session.layers
      .peek()
      .find((layer) => layer.variables.some((variable) => variable.path === path));
    if (owner) session.settings.layer.value = owner.path;
  };
  return (
    <tr
      class={selected ? 'selected' : ''}
      aria-rowindex={place + 2}
      data-testid="variable-row"
      data-variable={path}
      onClick={choose}
    >
      <th scope="row" title={path}>
        <span class="prefix">{prefix}</span>
        <span class="name">{name}</span>
      </th>
      <td class="number" title={`${formatCount(row.elements)} elements`}>
        {formatShape(shape) || 'scalar'}
      </td>
      {COLUMNS.map(([key]) => (
        <WeightCell key={key} column={key} value={row[key]} path={path} />
      ))}
      <SparklineCell
        values={update && tableRow(update, path, 'ratio')}
        steps={update?.firstSteps}
        {...(update && {isMissing: (column) => isMissing(update, path, 'ratio', column)})}
      />
    </tr>
  );
}

interface CellProps {
  readonly column: string;
  readonly value: number | undefined;
  readonly path: string;
}

function WeightCell({column, value, path}: CellProps) {
  const usual = usualOf(USUAL_KEYS[column] ?? '', [path]);
  const bad = value !== undefined && !Number.isFinite(value);
  const text = value === undefined ? '–' : formatNumber(value);
  return (
    <td
      class={`number ${bad ? 'alarm' : ''} ${value === undefined ? 'missing' : ''} ${isUnusual(usual, value) ? 'unusual' : ''}`}
      data-statistic={column}
      data-usual={usual?.words}
      data-value={value ?? ''}
    >
      <span>{column === 'growth' && value !== undefined && !bad ? `× ${text}` : text}</span>
    </td>
  );
}
