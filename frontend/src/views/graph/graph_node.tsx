/** A node of the graph: a layer, a closed block, or the frame of an open one. */

import type {ModelAnswer} from '../../api/types';
import {splitPath} from '../../data/layers';
import {cssColour, nonfiniteColour, zeroColour} from '../../draw/colour_maps';
import type {BlockRule} from '../../graph/block_number';
import type {Layout, PlacedNode} from '../../graph/layout';
import type {GraphNode, VisibleGraph} from '../../graph/visible';
import {type Session, useSession} from '../../state/session';

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 40;
const STRIPE = 6;
const LABEL_ROOM = 13; // above what is in an open block
const NAME_CHARACTERS = 24; // that fit a node
const ASIDE = 'It was not called: the layer around it computes without it, as fused attention does';
const DETAIL_CHARACTERS = 23; // and a number, in the line below

export interface GraphDrawing {
  readonly model: ModelAnswer;
  readonly graph: VisibleGraph;
  readonly layout: Layout;
  /** The number of each layer that has one, by path. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Of blocks that have none of their own, from the layers inside. */
  readonly blockNumbers: ReadonlyMap<string, number>;
  readonly blockRule: BlockRule;
  /** Of a number on the colour map, 0 to 1, NaN for none. */
  readonly position: (value: number) => number;
  readonly write: (value: number) => string;
  readonly onToggle: (path: string) => void;
  /** Which way edges lead, and the width of one by the path of the layer it starts from. */
  readonly backward: boolean;
  readonly flow: (path: string) => number | undefined;
}

interface NodeProps extends GraphDrawing {
  readonly node: GraphNode;
  readonly box: PlacedNode;
}

/** The path without the block around it, shortened in the middle of long names. */
const nameOf = (path: string, characters: number) =>
  shortened(splitPath(path)[1] || path, characters);

function shortened(name: string, characters: number): string {
  if (name.length <= characters) return name;
  const half = Math.floor((characters - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}

const onEnter = (run: () => void) => (event: KeyboardEvent) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  run();
};

// `tabindex` in lower case: attribute names of SVG elements are case-sensitive.

/** The frame of an open block, below the edges. */
export function OpenBlock({box}: NodeProps) {
  return (
    <g transform={`translate(${box.x} ${box.y})`} class="block">
      <rect y={-LABEL_ROOM} width={box.width} height={box.height + LABEL_ROOM} rx={6} />
    </g>
  );
}

/** Its title, above the edges that cross it; a click closes the block. */
export function BlockTitle({model, node, box, onToggle}: NodeProps) {
  const {path, class_name} = model.layers[node.layer];
  const toggle = () => onToggle(path);
  return (
    <g
      transform={`translate(${box.x} ${box.y})`}
      class="block-title"
      role="button"
      tabindex={0}
      aria-expanded={true}
      data-layer={path}
      data-testid="graph-block"
      onClick={toggle}
      onKeyDown={onEnter(toggle)}
    >
      <title>{`Close ${path}, ${class_name}`}</title>
      <rect class="hit" y={-LABEL_ROOM} width={box.width} height={LABEL_ROOM + 4} />
      <text x={8} y={0}>
        − {nameOf(path, Math.floor(box.width / 7))} <tspan class="kind">{class_name}</tspan>
      </text>
    </g>
  );
}

interface LayerProps extends NodeProps {
  readonly marked: boolean;
  /** Whether no data was seen to flow through it. */
  readonly aside: boolean;
}

export function LayerNode(props: LayerProps) {
  const {model, node, box, numbers, position, write, onToggle, marked, aside} = props;
  const session = useSession();
  const {path, class_name} = model.layers[node.layer];
  const own = numbers.get(path);
  const value = own ?? props.blockNumbers.get(path);
  const isBlock = node.children > 0;
  const selected = session.layer.value?.path === path;
  const [finding] = session.layerFindings.value.get(path) ?? [];
  const dimmed = session.settings.filter.value !== '' && !session.filter.value.matches(path);
  const run = () => {
    if (isBlock) onToggle(path);
    else session.settings.layer.value = path;
  };
  const bad = value !== undefined && !Number.isFinite(value);
  const layers = `${node.children} ${node.children === 1 ? 'layer' : 'layers'}`;
  const detail = isBlock ? layers : class_name;
  const joined = own === undefined && !bad ? `${props.blockRule} ` : '';
  const number = value === undefined ? '' : `${joined}${write(value)}`;
  return (
    <g
      transform={`translate(${box.x} ${box.y})`}
      class={`node ${marked ? 'selected' : ''} ${dimmed ? 'dimmed' : ''} ${aside ? 'aside' : ''}`}
      role="button"
      tabindex={0}
      {...(isBlock ? {'aria-expanded': false} : {'aria-pressed': selected})}
      data-layer={path}
      data-value={value ?? ''}
      data-testid="graph-node"
      onClick={run}
      onKeyDown={onEnter(run)}
    >
      <title>
        {`${isBlock ? 'Open ' : ''}${path}, ${isBlock ? `${class_name}, ` : ''}${detail}${number && `, ${number}`}${finding ? `. ${finding.title}` : ''}${aside ? `. ${ASIDE}` : ''}`}
      </title>
      {isBlock && <rect class="behind" x={4} y={4} width={box.width} height={box.height} rx={4} />}
      <rect class="face" width={box.width} height={box.height} rx={4} />
      {value !== undefined && (
        <rect
          class="stripe"
          width={STRIPE}
          height={box.height}
          fill={
            value === 0 ? zeroColour(session.host.theme.value) : colourOf(session, position(value))
          }
        />
      )}
      {finding && <circle class={`found ${finding.severity}`} cx={box.width - 10} cy={11} r={5} />}
      <text class="name" x={STRIPE + 8} y={17}>
        {isBlock ? '+ ' : ''}
        {nameOf(path, NAME_CHARACTERS)}
      </text>
      <text class="kind" x={STRIPE + 8} y={32}>
        {shortened(detail, DETAIL_CHARACTERS - number.length)}
      </text>
      <text class={bad ? 'value bad' : 'value'} x={box.width - 8} y={32} text-anchor="end">
        {number}
      </text>
    </g>
  );
}

function colourOf({settings, host}: Session, place: number): string {
  if (Number.isNaN(place)) return nonfiniteColour;
  return cssColour(settings.colours.value, host.theme.value, place);
}
