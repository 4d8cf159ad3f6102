/** A view's plot, or its numbers as a table where the user chose that. */

import type {ComponentChildren} from 'preact';
import {useEffect} from 'preact/hooks';
import {formatCount, formatNumber} from '../draw/format';
import {useSession} from '../state/session';
import type {Sheet} from '../data/sheet';
import {VirtualBody, useVirtualRows} from './virtual_rows';

/** Registers the numbers of the view, for export. */
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
const MOST_COLUMNS = 100; // more would make scrolling slow; the CSV has them all

function SheetTable({sheet}: {sheet: Sheet}) {
  const range = useVirtualRows(sheet.rows, ROW_HEIGHT);
  const columns = sheet.columns.slice(0, MOST_COLUMNS);
  return (
    <div class="sheet" ref={range.ref} tabIndex={0} data-testid="sheet" onScroll={range.onScroll}>
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
        <VirtualBody rows={sheet.rows} rowHeight={ROW_HEIGHT} range={range}>
          {(row) => <SheetRow key={row} sheet={sheet} row={row} columns={columns.length} />}
        </VirtualBody>
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
