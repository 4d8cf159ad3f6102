/** The sheet that lists the keyboard shortcuts. */

import {useEffect, useRef} from 'preact/hooks';
import {useSession} from '../state/session';
import {SHORTCUTS} from './keyboard';

export function HelpSheet() {
  const session = useSession();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog
      ref={ref}
      class="help"
      aria-label="Keyboard shortcuts"
      onClose={() => (session.helpOpen.value = false)}
      onClick={(event) => {
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      <h2>Keyboard shortcuts</h2>
      <dl>
        {SHORTCUTS.map(({keys, does}) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <button class="button" onClick={() => ref.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
