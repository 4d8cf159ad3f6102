/** A probe sample: its input as an image or as token ids, its label, the model's predictions. */

import {useLayoutEffect, useRef} from 'preact/hooks';
import type {MapStack, Predictions, Probe} from '../api/types';
import {type ThemeName, pictureTable} from '../draw/colour_maps';
import {formatNumber, formatPercent} from '../draw/format';
import {sharedRange, tileValue} from '../draw/tiles';
import {flatShape} from '../state/flat_shape';
import {pictured} from './flat_shape';
import {labelClass, predictionAt} from './predictions';
import {useSession} from '../state/session';
import {px} from '../components/hooks';

/** The sample's number and, where it is known, its label. */
export function caption(probe: Probe | undefined, sample: number): string {
  if (!probe?.labels) return `sample ${sample}`;
  const known = labelClass(probe, sample);
  const {data, width} = probe.labels;
  const label = data.subarray(sample * width, (sample + 1) * width);
  const text = known ?? [...label].slice(0, 3).map(formatNumber).join(', ');
  return `#${sample} · label ${text}`;
}

interface PredictionListProps {
  readonly probe: Probe | undefined;
  readonly predictions: Predictions | undefined;
  readonly sample: number;
}

/** The three most likely classes as bars, or the first values of the output. */
export function PredictionList({probe, predictions, sample}: PredictionListProps) {
  const until = useSession().shownUntil.value;
  const found = predictions && predictionAt(predictions, until, sample);
  if (!found) return null;
  const label = probe && labelClass(probe, sample);
  return (
    <ul
      class="prediction-list"
      title={`The model’s output for this sample in the snapshot of step ${found.step}${found.probabilities ? ': the most likely classes' : ''}`}
      data-testid="prediction-list"
      data-sample={sample}
      data-step={found.step}
    >
      {found.largest.map(({index, value}) => (
        <li
          key={index}
          class={found.probabilities && index === label ? 'true' : ''}
          data-class={index}
          data-value={value}
        >
          {found.probabilities && <i class="bar" style={{width: `${100 * value}%`}} />}
          <span>
            {index}
            {found.probabilities && index === label && ' ✓'}
          </span>
          <b class={Number.isFinite(value) ? '' : 'alarm'}>
            {found.probabilities ? formatPercent(value) : formatNumber(value)}
          </b>
        </li>
      ))}
    </ul>
  );
}

interface PictureProps {
  readonly stack: MapStack;
  readonly sample: number;
  /** Of the longer side, CSS pixels. */
  readonly side: number;
}

export function InputPicture({stack, sample, side}: PictureProps) {
  const theme = useSession().host.theme.value;
  const ref = useRef<HTMLCanvasElement>(null);
  const [, channels] = stack.shape;
  const [height, width] = pictured(stack, flatShape.value);
  const ids = tokensOf(stack, sample);
  useLayoutEffect(() => {
    const context = ref.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    paintPicture(stack, sample, pictureTable('greys', theme satisfies ThemeName), image.data);
    context.putImageData(image, 0, 0);
  }, [stack, sample, theme, height, width]);
  if (ids) {
    return (
      <p class="tokens" title={ids.join(' ')}>
        {ids.join(' ')}
      </p>
    );
  }
  const zoom = side / Math.max(width, height);
  return (
    <canvas
      ref={ref}
      width={width}
      height={height}
      role="img"
      aria-label={`Input ${stack.name}, sample ${sample}, ${channels} channels`}
      style={{width: px(width * zoom), height: px(Math.max(10, height * zoom))}}
    />
  );
}

/** The whole numbers of an input of token ids; undefined for other inputs. */
export function tokensOf(stack: MapStack | undefined, sample: number): string[] | undefined {
  if (!stack?.values || stack.layout !== 'ids') return undefined;
  const length = stack.values.length / stack.shape[0];
  return Array.from(stack.values.subarray(sample * length, (sample + 1) * length), String);
}

/** Three channels are red, green and blue over one range; otherwise the first one is shown in grey. */
function paintPicture(
  stack: MapStack,
  sample: number,
  greys: Uint32Array,
  into: Uint8ClampedArray,
): void {
  const [, channels, height, width] = stack.shape;
  const pixels = height * width;
  if (channels !== 3) {
    const start = sample * channels * pixels;
    const words = new Uint32Array(into.buffer);
    for (let i = 0; i < pixels; i++) words[i] = greys[stack.codes[start + i]];
    return;
  }
  const [low, high] = sharedRange(stack);
  const factor = high > low ? 255 / (high - low) : 0;
  for (let channel = 0; channel < 3; channel++) {
    const tile = sample * 3 + channel;
    for (let i = 0; i < pixels; i++) {
      const value = tileValue(stack, tile, stack.codes[tile * pixels + i]);
      into[4 * i + channel] = (value - low) * factor;
    }
  }
  for (let i = 0; i < pixels; i++) into[4 * i + 3] = 255;
}
