/** What a view shows while it loads, where nothing is recorded, and after an error. */

import type {ComponentChildren} from 'preact';
import type {Loaded} from '../state/resource';

export function ErrorState({message, retry}: {message: string; retry?: () => void}) {
  return (
    <div class="state" role="alert" data-testid="error-state">
      <strong>Could not be loaded</strong>
      <p>{message}</p>
      {retry && (
        <button class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Says that the run has no such records, and how to get them. */
export function NotRecorded({what, how}: {what: string; how: ComponentChildren}) {
  return (
    <div class="state" data-testid="not-recorded">
      <strong>{what}</strong>
      <p>{how}</p>
    </div>
  );
}

interface PendingProps<T> {
  readonly loaded: Loaded<T>;
  readonly retry: () => void;
  readonly class?: string;
  readonly children: (data: T) => ComponentChildren;
}

/**
 * The content of what is loaded: dimmed while a newer request is under way, with a spinner when that
 * takes longer than 200 ms.
 */
export function Pending<T>({loaded, retry, class: className = '', children}: PendingProps<T>) {
  const {data, error, loading, stale} = loaded;
  if (data === undefined) {
    if (error !== undefined) return <ErrorState message={error} retry={retry} />;
    return <div class={`pending ${className}`}>{loading && <Spinner />}</div>;
  }
  return (
    <div class={`pending ${className} ${stale ? 'stale' : ''}`} aria-busy={loading}>
      {error !== undefined && <ErrorBar message={error} retry={retry} />}
      <div class="pending-content">{children(data)}</div>
      {stale && loading && <Spinner />}
    </div>
  );
}

function ErrorBar({message, retry}: {message: string; retry: () => void}) {
  return (
    <div class="error-bar" role="alert" data-testid="error-state">
      <span>Not up to date: {message}</span>
      <button class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

export const Spinner = () => <div class="spinner" role="status" aria-label="Loading" />;
