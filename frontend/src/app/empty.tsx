/** The page without data: a snippet to paste, and the directory that was searched. */

/** A `fit` with the callback; `directory` is where it writes. */
export function snippet(directory: string): string {
  return `from tb_keras_inspect import InspectCallback

model.fit(
    x, y,
    callbacks=[InspectCallback(${pythonString(directory)})],
)`;
}

/** A JSON string is also a Python string, except for surrogates, which no directory has. */
const pythonString = (text: string) => JSON.stringify(text);

/** A directory for a run inside TensorBoard's log directory, where that is a single local one. */
export function suggestedDirectory(logdir: string): string {
  const isPath = /^([/.~]|[A-Za-z]:\\)/.test(logdir) && !logdir.includes(',');
  return isPath ? `${logdir.replace(/[/\\]+$/, '')}/run_1` : 'logs/run_1';
}

export function EmptyState({logdir}: {logdir: string}) {
  return (
    <div class="empty" data-testid="empty-state">
      <h2>No recorded run found</h2>
      <p>
        Add the callback to your training program, with a directory inside TensorBoard’s log
        directory:
      </p>
      <pre>{snippet(suggestedDirectory(logdir))}</pre>
      <p>
        Searched: <code>{logdir || '(no log directory)'}</code>
      </p>
      <p class="quiet">Runs appear here as soon as their first steps are written.</p>
    </div>
  );
}
