/** Which snapshot is shown: snapshots are taken less often than samples. */

import {formatCount} from '../draw/format';
import {useSession} from '../state/session';

export function SnapshotNote({of}: {of: number}) {
  const {step, shownUntil} = useSession();
  const other = of < (step.value ?? 0) || of > shownUntil.value;
  return (
    <span
      class={`snapshot ${other ? 'other' : ''}`}
      title={
        other
          ? 'Snapshots are taken less often than samples: this one is not of the shown step'
          : undefined
      }
      data-testid="snapshot"
      data-value={of}
    >
      snapshot of step {formatCount(of)}
    </span>
  );
}
