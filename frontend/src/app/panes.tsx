/** A view and the details beside it: a divider that can be moved, or a drawer where it is narrow. */

import {useSignal, useSignalEffect} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useRef} from 'preact/hooks';
import {CloseButton} from '../components/controls';
import {px} from '../components/hooks';
import {keep, kept} from '../host/kept';
import {useSession} from '../state/session';

const NARROWEST = 320; // CSS pixels of either side
const USUAL = 480; // at least, as in the style sheet
const KEY_STEP = 40;
const WIDTH = 'details_width';

interface Props {
  readonly view: ComponentChildren;
  readonly details: ComponentChildren;
}

export function Panes({view, details}: Props) {
  const {detailsOpen} = useSession();
  const ref = useRef<HTMLElement>(null);
  const width = useSignal(Number(kept('always', WIDTH)) || undefined);
  useSignalEffect(() => keep('always', WIDTH, String(width.value ?? '')));
  const widen = (wanted: number) => {
    const room = ref.current?.clientWidth ?? 0;
    width.value = Math.round(Math.max(NARROWEST, Math.min(wanted, room - NARROWEST)));
  };
  const now = () => ref.current?.lastElementChild?.clientWidth ?? 0;
  return (
    <main
      class={`panes ${detailsOpen.value ? 'details-open' : ''}`}
      ref={ref}
      style={width.value === undefined ? undefined : {'--details-width': px(width.value)}}
    >
      <section class="left" id="view" role="tabpanel" aria-label="View" tabIndex={0}>
        {view}
      </section>
      <div
        class="divider"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the details"
        aria-valuenow={width.value ?? USUAL}
        aria-valuemin={NARROWEST}
        aria-valuetext={width.value === undefined ? 'as wide as usual' : px(width.value)}
        tabIndex={0}
        data-testid="divider"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
          widen((ref.current?.getBoundingClientRect().right ?? 0) - event.clientX);
        }}
        onDblClick={() => (width.value = undefined)}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowLeft' ? 1 : event.key === 'ArrowRight' ? -1 : 0;
          if (!by) return;
          event.preventDefault();
          event.stopPropagation();
          widen(now() + by * KEY_STEP);
        }}
      />
      <aside class="right" aria-label="Details">
        <div class="close-drawer">
          <CloseButton
            label="Close the details"
            onClick={() => (detailsOpen.value = false)}
            testId="close-details"
          />
        </div>
        {details}
      </aside>
    </main>
  );
}
