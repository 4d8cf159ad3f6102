/** The one tooltip of the tab. */

import {signal} from '@preact/signals';
import {px} from './hooks';

interface TooltipLine {
  readonly label: string;
  readonly value: string;
  readonly colour?: string;
}

interface TooltipContent {
  readonly title: string;
  readonly lines: readonly TooltipLine[];
  readonly note?: string;
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly content: TooltipContent;
}

const current = signal<Placed | undefined>(undefined);

/** Shows beside a point of the window. */
export function showTooltip(x: number, y: number, content: TooltipContent): void {
  current.value = {x, y, content};
}

export function hideTooltip(): void {
  current.value = undefined;
}

const GAP = 14;

export function Tooltip() {
  const placed = current.value;
  if (!placed) return null;
  const {x, y, content} = placed;
  // Towards the middle of the window, so that it never leaves it.
  const style = {
    ...(x > window.innerWidth / 2 ? {right: px(window.innerWidth - x + GAP)} : {left: px(x + GAP)}),
    ...(y > window.innerHeight / 2
      ? {bottom: px(window.innerHeight - y + GAP)}
      : {top: px(y + GAP)}),
  };
  return (
    <div class="tooltip" style={style} data-testid="tooltip">
      <div class="tooltip-title">{content.title}</div>
      <dl>
        {content.lines.map(({label, value, colour}) => (
          <div key={label}>
            <dt>
              {colour && <i class="swatch" style={{background: colour}} />}
              {label}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {content.note && <div class="tooltip-note">{content.note}</div>}
    </div>
  );
}
