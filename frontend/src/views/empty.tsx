/** No data yet: what to paste, and where was looked. */

const SNIPPET = `from tb_keras_inspect import InspectCallback

model.fit(
    x, y,
    callbacks=[InspectCallback(log_dir)],
)`;

export function EmptyState({logdir}: {logdir: string}) {
  return (
    <div class="empty" data-testid="empty-state">
      <h2>No recorded training found</h2>
      <p>Add the callback to the training, with a directory inside TensorBoard’s log directory:</p>
      <pre>{SNIPPET}</pre>
      <p>
        Searched: <code>{logdir || '(no log directory)'}</code>
      </p>
      <p class="quiet">The tab fills by itself when the first steps are written.</p>
    </div>
  );
}
