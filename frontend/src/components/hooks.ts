/** Small hooks that several components share. */

import {type Signal, useSignal} from '@preact/signals';
import {type RefObject} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';

/** A CSS length in pixels. */
export const px = (pixels: number) => `${pixels}px`;

export interface Size {
  readonly width: number;
  readonly height: number;
}

const NO_SIZE: Size = {width: 0, height: 0};

/** An element's content size in CSS pixels. A hidden frame has none: its last size is kept. */
export function useSize<T extends Element>(): [RefObject<T | null>, Signal<Size>] {
  const ref = useRef<T>(null);
  const size = useSignal<Size>(NO_SIZE);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const update = (box: {width: number; height: number}) => {
      const [width, height] = [Math.floor(box.width), Math.floor(box.height)];
      if (!width || !height) return;
      const now = size.peek();
      if (width !== now.width || height !== now.height) size.value = {width, height};
    };
    update({width: element.clientWidth, height: element.clientHeight});
    const observer = new ResizeObserver(([entry]) => update(entry.contentRect));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** Makes a canvas as sharp as the screen; drawing is in CSS pixels. Returns undefined without size. */
export function prepareCanvas(
  canvas: HTMLCanvasElement | null,
  {width, height}: Size,
): CanvasRenderingContext2D | undefined {
  const context = width && height ? canvas?.getContext('2d') : undefined;
  if (!canvas || !context) return undefined;
  const density = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
