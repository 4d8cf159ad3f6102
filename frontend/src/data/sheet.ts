/** What a view shows, as a table of texts and numbers: for "view as table" and for export. Pure. */

export interface Sheet {
  /** For the file's name, in a few words. */
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** NaN and infinities are numbers; undefined is nothing recorded. */
  readonly cell: (row: number, column: number) => string | number | undefined;
}

/**
 * A sheet of values over time: one row per step.
 *
 * Args:
 *   value: Of series and place in `steps`.
 */
export function overTime(
  title: string,
  steps: ArrayLike<number>,
  names: readonly string[],
  value: (series: number, place: number) => number | undefined,
): Sheet {
  return {
    title,
    columns: ['step', ...names],
    rows: steps.length,
    cell: (row, column) => (column === 0 ? steps[row] : value(column - 1, row)),
  };
}

/** Comma-separated values as RFC 4180 writes them; numbers in full, an empty field where nothing is recorded. */
export function toCsv(sheet: Sheet): string {
  const lines = [sheet.columns.map(quote).join(',')];
  for (let row = 0; row < sheet.rows; row++) {
    const cells = sheet.columns.map((_, column) => {
      const value = sheet.cell(row, column);
      return typeof value === 'number' ? String(value) : quote(value ?? '');
    });
    lines.push(cells.join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * A name in a log may look like a formula to a spreadsheet, also after what cannot be seen: an
 * apostrophe keeps it text. Spreadsheets of other languages separate by other signs.
 */
function quote(text: string): string {
  const isFormula = /^[\t\r\n]|^[\s\p{C}\p{Z}]*[=+\-@]/u.test(text.normalize('NFKC'));
  const safe = isFormula ? `'${text}` : text;
  return /[",;|\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A file's name of letters, digits and a few signs. */
export function fileName(parts: readonly string[], extension: string): string {
  const safe = parts.filter(Boolean).map((part) => part.replace(/[^\w.-]+/g, '_'));
  return `${safe.join('-').slice(0, 120) || 'keras_inspect'}.${extension}`;
}
