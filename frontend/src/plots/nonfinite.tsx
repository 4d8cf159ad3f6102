/** Stretches of a small line in which values are non-finite. */

import {nonfiniteColour} from '../draw/colour_maps';

const NARROWEST = 3; // pixels: a single sample stays visible
const LABEL_ROOM = 34;

interface StretchProps {
  readonly stretches: readonly (readonly [number, number])[];
  readonly height: number;
}

export function NonfiniteStretches({stretches, height}: StretchProps) {
  return (
    <>
      {stretches.map(([x, width]) => (
        <g key={x} class="nonfinite">
          <rect
            x={x}
            width={Math.max(width, NARROWEST)}
            height={height}
            fill={nonfiniteColour}
            fill-opacity={width < 2 * NARROWEST ? 1 : 0.25}
          />
          <rect x={x} width={Math.max(width, NARROWEST)} height={3} fill={nonfiniteColour} />
          {width > LABEL_ROOM && (
            <text x={x + 5} y={height / 2 + 5}>
              NaN
            </text>
          )}
        </g>
      ))}
    </>
  );
}
