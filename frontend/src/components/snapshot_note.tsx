/** Which snapshot is shown: pictures are taken less often than statistics. */

import {formatCount} from '../draw/format';
import {useSession} from '../state/session';

export function SnapshotNote({of}: {of: number}) {
  const step = useSession().step.value;
  const other = step !== undefined && step !== of;
  return (
    <span
      class={`snapshot ${other ? 'other' : ''}`}
      title={
        other ? 'Pictures are recorded less often: these are not of the shown step' : undefined
      }
      data-testid="snapshot"
      data-value={of}
    >
      snapshot of step {formatCount(of)}
    </span>
  );
}
