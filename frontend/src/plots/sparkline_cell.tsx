/** A series over the run, in a table cell. */

import {useMemo} from 'preact/hooks';
import {sparkline} from '../draw/sparkline';
import {useSession} from '../state/session';
import {EventMarks} from './event_marks';
import {NonfiniteStretches} from './nonfinite';
import {StepBand} from './step_band';

const WIDTH = 96;
const HEIGHT = 20;

interface SparklineProps {
  readonly values: Float32Array | undefined;
  readonly steps: Float64Array | undefined;
  /** Whether a non-finite value at this index means "does not apply". */
  readonly isMissing?: (column: number) => boolean;
  readonly log?: boolean;
}

export function SparklineCell({values, steps, isMissing, log = true}: SparklineProps) {
  const domain = useSession().domain.value;
  const line = useMemo(
    () => values && steps && sparkline(values, steps, domain, WIDTH, HEIGHT, log, isMissing),
    [values, steps, domain, log],
  );
  return (
    <td class="trend">
      {line && (
        <div class="sparkline">
          <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
            <path d={line.path} />
            <NonfiniteStretches stretches={line.nonfinite} height={HEIGHT} />
          </svg>
          <EventMarks />
          <StepBand width={WIDTH} />
        </div>
      )}
    </td>
  );
}
