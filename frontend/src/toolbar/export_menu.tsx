/** Exports the view: its numbers as CSV, its picture as PNG or SVG. */

import {useSignal} from '@preact/signals';
import {pageSvg, svgText, svgToPng} from '../draw/page_svg';
import {formatCount} from '../draw/format';
import {download} from '../host/download';
import {type Session, useSession} from '../state/session';
import {fileName, toCsv} from '../data/sheet';
import {IconButton} from '../components/controls';
import {useMenu} from '../components/menu';
import {viewNamed} from '../views';

const PNG_DENSITY = 2; // sharp in a document, whatever the screen is

type Format = 'csv' | 'png' | 'svg';

const FORMATS: readonly (readonly [Format, string])[] = [
  ['csv', 'Numbers (CSV)'],
  ['png', 'Picture (PNG)'],
  ['svg', 'Picture (SVG)'],
];

export function ExportMenu() {
  const session = useSession();
  const {open, around} = useMenu();
  const error = useSignal('');
  const run = (format: Format) => {
    open.value = false;
    error.value = '';
    save(session, format).catch((reason: unknown) => {
      error.value = reason instanceof Error ? reason.message : String(reason);
    });
  };
  return (
    <div class="menu" {...around}>
      <IconButton
        label={error.value ? `Export failed: ${error.value}` : 'Export'}
        testId="export"
        expanded={open.value}
        onClick={() => (open.value = !open.value)}
      >
        <path d="M7.300 1.500h1.400v6.200l2.100-2.100 1 1L8 10.400 4.200 6.600l1-1 2.100 2.100zM2.500 10h1.400v3.100h8.200V10h1.400v4.500h-11z" />
      </IconButton>
      {open.value && (
        <div class="menu-items" role="group" aria-label="Export">
          {FORMATS.map(([format, title]) => (
            <button
              key={format}
              type="button"
              disabled={format === 'csv' && !session.sheet.value}
              data-testid={`export-${format}`}
              onClick={() => run(format)}
            >
              {title}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Run, what is shown, and the step. */
function captionOf(session: Session): string {
  const {title, ofAllRuns} = viewNamed(session.view.peek());
  const step = session.step.peek();
  const what = session.sheet.peek()?.title ?? title;
  if (ofAllRuns) return what;
  const at = step === undefined || /step \d/.test(what) ? '' : `, step ${formatCount(step)}`;
  return `${session.run.peek()?.name ?? ''}: ${what}${at}`;
}

async function save(session: Session, format: Format): Promise<void> {
  const sheet = session.sheet.peek();
  const run = session.run.peek()?.name ?? '';
  const name = fileName([run, sheet?.title ?? session.view.peek()], format);
  if (format === 'csv') {
    if (sheet) download(name, new Blob([toCsv(sheet)], {type: 'text/csv'}));
    return;
  }
  const view = document.getElementById('view')!;
  const background = getComputedStyle(view.closest('.app')!).backgroundColor;
  const svg = pageSvg(view, background, captionOf(session));
  download(
    name,
    format === 'svg'
      ? new Blob([svgText(svg)], {type: 'image/svg+xml'})
      : await svgToPng(svg, PNG_DENSITY),
  );
}
