/** A titled chart with the lines' values at the shown step, or under the pointer. */

import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useMemo} from 'preact/hooks';
import {type NumberFormat, formatCount, formatTick, formatValue} from '../draw/format';
import {sampleAt} from '../draw/time_scale';
import {rollingMedian, trendWindow} from '../draw/trend';
import {useSession} from '../state/session';
import {useAxis} from './axis';
import {Chart, type Line} from './chart';

export const GUTTER = 58; // CSS pixels left of the plots, as in the style sheet

interface TrackProps {
  readonly title: string;
  readonly definition: string;
  /** Places on the axis; steps by default. */
  readonly steps: Float64Array;
  readonly lines: readonly Line[];
  readonly log: boolean;
  readonly format: NumberFormat;
  /** What it shows, for screen readers. */
  readonly label: string;
  /** The lines whose values are shown as text; all by default. */
  readonly readings?: readonly Line[];
  /** Whether readings have no names, because they stand elsewhere. */
  readonly unnamed?: boolean;
  /** Shown beside the title. */
  readonly note?: ComponentChildren;
}

export function Track(props: TrackProps) {
  const {title, definition, steps, lines, log, format, label, note} = props;
  const session = useSession();
  const hovered = useSignal<number | undefined>(undefined);
  const step = session.step.value;
  const {drawn, window} = useMemo(() => withCourse(lines), [lines]);
  const axis = useAxis();
  const index = hovered.value ?? (step === undefined ? -1 : sampleAt(steps, axis.position(step)));
  return (
    <section class="track">
      <header>
        <h3 title={definition}>{title}</h3>
        {note}
        {window > 0 && <span class="quiet">bold: median of {window} samples</span>}
        {hovered.value !== undefined && (
          <span class="quiet">
            {axis.name} {axis.whole ? formatCount(steps[index]) : formatTick(steps[index])}
          </span>
        )}
        <span class="spring" />
        {(props.readings ?? lines).map((line) => (
          <span key={line.name} class="reading" title={line.name}>
            <i
              class={`dash${line.dash ? ' dashed' : ''}`}
              style={{color: `var(--${line.colour})`}}
            />
            {!props.unnamed && `${line.name} `}
            <Reading line={line} index={index} format={format} />
          </span>
        ))}
      </header>
      <Chart
        steps={steps}
        lines={drawn}
        domain={axis.domain}
        log={log}
        gutter={GUTTER}
        format={(value) => (format === 'number' ? formatTick(value) : formatValue(value, format))}
        label={label}
        whole={format === 'count'}
        onHover={(column) => (hovered.value = column)}
        onPick={axis.goTo}
      />
    </section>
  );
}

/** Noisy lines become faint, with their course on top; `window`: samples that the widest is taken of. */
function withCourse(lines: readonly Line[]): {drawn: readonly Line[]; window: number} {
  const windows = lines.map(({values}) => trendWindow(values));
  const drawn = lines.map((line, place) => (windows[place] ? {...line, faint: true} : line));
  const courses = lines.flatMap((line, place) => {
    if (!windows[place]) return [];
    const values = rollingMedian(line.values, windows[place]);
    return [{...line, width: 1.5, values, isMissing: () => true}];
  });
  return {drawn: [...drawn, ...courses], window: Math.max(0, ...windows)};
}

function Reading({line, index, format}: {line: Line; index: number; format: NumberFormat}) {
  const at = line.isMissing ? lastRecorded(line, index) : index;
  const value = line.values[at];
  if (value === undefined) return <b>–</b>;
  return <b class={Number.isFinite(value) ? '' : 'alarm'}>{formatValue(value, format)}</b>;
}

/** Values of epochs are sparse: the newest one counts; -1 where there is none yet. */
function lastRecorded(line: Line, index: number): number {
  let at = index;
  while (at >= 0 && !Number.isFinite(line.values[at]) && line.isMissing?.(at)) at--;
  return at;
}
