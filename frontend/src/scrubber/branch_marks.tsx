/** On the scrubber's strip: what training gave up, and to where it returned. */

import {type Branch, joined} from '../data/branches';
import {type TimeDomain, stepToX} from '../draw/time_scale';

const ARROW = 4; // length of its head, CSS pixels
const APART = 4; // of the lines of several returns
const MOST_LINES = 4;

interface LossProps {
  readonly path: string;
  readonly branches: readonly Branch[];
  readonly domain: TimeDomain;
  readonly width: number;
  readonly height: number;
}

/** The loss: dashed and dimmed where it was given up. */
export function LossLine({path, branches, domain, width, height}: LossProps) {
  const x = (step: number) => Math.min(width, Math.max(0, stepToX(step, domain, width)));
  const given = joined(branches).map(([from, until]) => [x(from), x(until)] as const);
  const line = (className: string, clip?: string) => (
    <path d={path} transform="translate(0 3)" class={className} clip-path={clip} />
  );
  if (!given.length) return line('loss');
  const starts = [0, ...given.map(([, until]) => until)];
  const ends = [...given.map(([from]) => from), width];
  const stretches = (id: string, pairs: readonly (readonly [number, number])[]) => (
    <clipPath id={id}>
      {pairs.map(([from, until]) => (
        <rect key={from} x={from} y={-3} width={Math.max(0, until - from)} height={height} />
      ))}
    </clipPath>
  );
  return (
    <g data-testid="branches">
      <defs>
        {stretches(
          'loss-kept',
          starts.map((from, place) => [from, ends[place]]),
        )}
        {stretches('loss-given-up', given)}
      </defs>
      {given.map(([from, until]) => (
        <rect key={from} class="given-up" x={from} y={0} width={until - from} height={height} />
      ))}
      {line('loss', 'url(#loss-kept)')}
      {line('loss given-up', 'url(#loss-given-up)')}
      {branches.map(([from, until], place) => {
        const y = height - 4 - APART * (place % MOST_LINES);
        const [left, right] = [x(from), x(until)];
        return (
          <path
            key={`${from} ${until}`}
            class="return"
            data-from={from}
            data-until={until}
            d={`M${right} ${y}H${left}m${ARROW} ${-ARROW / 2}l${-ARROW} ${ARROW / 2}l${ARROW} ${ARROW / 2}`}
          />
        );
      })}
    </g>
  );
}
