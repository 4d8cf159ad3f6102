/** The weights of one unit as a picture, where its inputs are the values of one. */

import {useLayoutEffect, useRef} from 'preact/hooks';
import {hideTooltip, showTooltip} from '../../components/tooltip';
import {px} from '../../components/hooks';
import {pictureTable} from '../../draw/colour_maps';
import {formatNumber} from '../../draw/format';
import type {Shape} from '../../samples/flat_shape';
import {useSession} from '../../state/session';
import type {Incoming} from './incoming';

const SIDE = 112; // of the longer side, CSS pixels
const ZERO = 127; // code of the middle of the colour map
const NONFINITE = 255;

interface Props {
  readonly weights: readonly Incoming[];
  readonly shape: Shape;
}

export function WeightPicture({weights, shape: [height, width]}: Props) {
  const theme = useSession().host.theme.value;
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext('2d');
    if (!context) return;
    const most = weights.reduce((a, {weight}) => Math.max(a, Math.abs(weight) || 0), 0) || 1;
    const colours = pictureTable('diverging', theme);
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    weights.forEach(({weight}, place) => {
      const code = Math.round(ZERO * (1 + weight / most));
      pixels[place] = colours[Number.isFinite(weight) ? code : NONFINITE];
    });
    context.putImageData(image, 0, 0);
  }, [weights, height, width, theme]);
  const hover = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const along = (at: number, length: number, cells: number) =>
      Math.min(cells - 1, Math.max(0, Math.floor((at / length) * cells)));
    const row = along(event.clientY - box.top, box.height, height);
    const column = along(event.clientX - box.left, box.width, width);
    showTooltip(event.clientX, event.clientY, {
      title: `row ${row}, column ${column}`,
      lines: [{label: 'weight', value: formatNumber(weights[row * width + column].weight)}],
    });
  };
  const zoom = SIDE / Math.max(width, height);
  return (
    <canvas
      ref={ref}
      width={width}
      height={height}
      role="img"
      aria-label={`Weights as a picture of ${height} by ${width} inputs`}
      style={{width: px(width * zoom), height: px(height * zoom)}}
      data-testid="weight-picture"
      onPointerMove={hover}
      onPointerLeave={hideTooltip}
    />
  );
}
