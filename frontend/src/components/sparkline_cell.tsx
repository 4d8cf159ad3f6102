/** A layer's gradient norm over the run, in a table cell. */

import {useMemo} from 'preact/hooks';
import {sparkline} from '../draw/sparkline';
import {useSession} from '../state/session';
import {NonfiniteStretches} from './nonfinite';
import {StepBand} from './step_band';

const WIDTH = 96;
const HEIGHT = 20;

interface SparklineProps {
  readonly values: Float32Array | undefined;
  readonly steps: Float64Array | undefined;
}

export function SparklineCell({values, steps}: SparklineProps) {
  const domain = useSession().domain.value;
  const line = useMemo(
    () => values && steps && sparkline(values, steps, domain, WIDTH, HEIGHT, true),
    [values, steps, domain],
  );
  return (
    <td class="trend">
      {line && (
        <div class="sparkline">
          <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
            <path d={line.path} />
            <NonfiniteStretches stretches={line.nonfinite} height={HEIGHT} />
          </svg>
          <StepBand />
        </div>
      )}
    </td>
  );
}
