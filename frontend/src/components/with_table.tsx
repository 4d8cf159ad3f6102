/** A view's picture, or the same numbers as a table where the user asked for that. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect} from 'preact/hooks';
import {formatCount, formatNumber} from '../draw/format';
import {useSession} from '../state/session';
import type {Sheet} from '../state/sheet';
import {px, useSize} from './hooks';

/** Tells what the view shows, for export. */
export function useSheet(sheet: Sheet): void {
  const session = useSession();
  useEffect(() => {
    session.sheet.value = sheet;
    return () => {
      if (session.sheet.peek() === sheet) session.sheet.value = undefined;
    };
  }, [sheet]);
}

export function WithTable({sheet, children}: {sheet: Sheet; children: ComponentChildren}) {
  useSheet(sheet);
  const {asTable} = useSession().settings;
  return <>{asTable.value === 'yes' ? <SheetTable sheet={sheet} /> : children}</>;
}

const ROW_HEIGHT = 22; // CSS pixels, as in the style sheet
const OVERSCAN = 10;
const MOST_COLUMNS = 100; // more would make scrolling slow; the CSV has them all

function SheetTable({sheet}: {sheet: Sheet}) {
  const [ref, size] = useSize<HTMLDivElement>();
  const scroll = useSignal(0);
  const first = Math.max(0, Math.floor(scroll.value / ROW_HEIGHT) - OVERSCAN);
  const count = Math.ceil((size.value.height || 600) / ROW_HEIGHT) + 2 * OVERSCAN;
  const last = Math.min(sheet.rows, first + count);
  const columns = sheet.columns.slice(0, MOST_COLUMNS);
  return (
    <div
      class="sheet"
      ref={ref}
      tabIndex={0}
      data-testid="sheet"
      onScroll={(event) => (scroll.value = event.currentTarget.scrollTop)}
    >
      {sheet.columns.length > columns.length && (
        <p class="quiet">
          The first {formatCount(columns.length)} of {formatCount(sheet.columns.length)} columns;
          the CSV file has all of them.
        </p>
      )}
      <table aria-rowcount={sheet.rows + 1} aria-label={sheet.title}>
        <thead>
          <tr>
            {columns.map((name, column) => (
              <th key={column} class={column ? 'number' : ''} title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <tr aria-hidden="true" style={{height: px(first * ROW_HEIGHT)}} />}
          {Array.from({length: last - first}, (_, place) => (
            <SheetRow
              key={first + place}
              sheet={sheet}
              row={first + place}
              columns={columns.length}
            />
          ))}
          {last < sheet.rows && (
            <tr aria-hidden="true" style={{height: px((sheet.rows - last) * ROW_HEIGHT)}} />
          )}
        </tbody>
      </table>
    </div>
  );
}

function SheetRow({sheet, row, columns}: {sheet: Sheet; row: number; columns: number}) {
  return (
    <tr aria-rowindex={row + 2}>
      {Array.from({length: columns}, (_, column) => {
        const value = sheet.cell(row, column);
        const isNumber = typeof value === 'number';
        const bad = isNumber && !Number.isFinite(value);
        const shown = isNumber ? formatNumber(value) : (value ?? '–');
        const text = column === 0 && isNumber ? formatCount(value) : shown;
        return column === 0 ? (
          <th key={column} scope="row">
            {text}
          </th>
        ) : (
          <td
            key={column}
            class={`number ${bad ? 'alarm' : ''}`}
            title={isNumber ? String(value) : undefined}
            data-value={value ?? ''}
          >
            {text}
          </td>
        );
      })}
    </tr>
  );
}
