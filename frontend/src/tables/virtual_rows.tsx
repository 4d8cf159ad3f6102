/** Long tables: only the visible rows are in the page. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren, RefObject} from 'preact';
import {px, useSize} from '../components/hooks';

const OVERSCAN = 4; // rows beyond both edges, so that scrolling shows no blanks
const ASSUMED_HEIGHT = 600; // CSS pixels, before the size is known

interface VirtualRows {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly onScroll: (event: {currentTarget: HTMLElement}) => void;
  /** First row in the page, and one past the last. */
  readonly first: number;
  readonly last: number;
}

/** The rows to render in a scrolling element; the caller attaches `ref` and `onScroll` to it. */
export function useVirtualRows(rows: number, rowHeight: number): VirtualRows {
  const [ref, size] = useSize<HTMLDivElement>();
  const scroll = useSignal(0);
  const top = Math.floor(scroll.value / rowHeight);
  const first = Math.max(0, top - OVERSCAN);
  const count = Math.ceil((size.value.height || ASSUMED_HEIGHT) / rowHeight) + OVERSCAN;
  return {
    ref,
    onScroll: (event) => (scroll.value = event.currentTarget.scrollTop),
    first: Math.min(first, rows),
    last: Math.min(rows, top + count),
  };
}

interface BodyProps {
  readonly rows: number;
  readonly rowHeight: number;
  readonly range: VirtualRows;
  readonly children: (row: number) => ComponentChildren;
}

/** The table's body: the visible rows, and empty space in place of the others. */
export function VirtualBody({rows, rowHeight, range: {first, last}, children}: BodyProps) {
  return (
    <tbody>
      {first > 0 && <Room rows={first} rowHeight={rowHeight} />}
      {Array.from({length: Math.max(0, last - first)}, (_, place) => children(first + place))}
      {last < rows && <Room rows={rows - last} rowHeight={rowHeight} />}
    </tbody>
  );
}

const Room = ({rows, rowHeight}: {rows: number; rowHeight: number}) => (
  <tr aria-hidden="true" class="room" style={{height: px(rows * rowHeight)}} />
);
