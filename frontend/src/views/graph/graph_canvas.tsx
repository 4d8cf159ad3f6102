/** A laid-out graph: pan, zoom, choose a layer, open and close blocks. */

import {useSignal} from '@preact/signals';
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import type {ModelAnswer} from '../../api/types';
import {cssColour, nonfiniteColour} from '../../draw/colour_maps';
import type {BlockRule} from '../../graph/block_number';
import type {Layout, PlacedEdge, PlacedNode} from '../../graph/layout';
import {type Viewport, fit, panBy, reveal, start, zoomAt} from '../../graph/viewport';
import type {GraphNode, VisibleGraph} from '../../graph/visible';
import {splitPath} from '../../data/layers';
import {type Session, useSession} from '../../state/session';
import {IconButton} from '../../components/controls';
import {useSize} from '../../components/hooks';

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 40;
const STRIPE = 6;
const LABEL_ROOM = 13; // above what is in an open block
const NAME_CHARACTERS = 24; // that fit a node
const ZOOM_STEP = 1.3;

interface GraphCanvasProps {
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

export function GraphCanvas(props: GraphCanvasProps) {
  const {model, graph, layout} = props;
  const session = useSession();
  const [ref, size] = useSize<HTMLDivElement>();
  const view = useSignal<Viewport | undefined>(undefined);
  const room = size.value;
  const placed = new Map(layout.nodes.map((node) => [node.id, node]));
  const selected = session.layer.value?.path;
  const shown = useRef<ModelAnswer | undefined>(undefined);
  useLayoutEffect(() => {
    // Opening a block moves nothing else away: only another model is looked at as a whole.
    if (!room.width || shown.current === model) return;
    shown.current = model;
    view.value = start(layout, room);
  }, [layout, room]);
  const marked = shownNode(model, placed, selected);
  useEffect(() => {
    const box = placed.get(marked);
    if (view.peek() && box && room.width) view.value = reveal(view.peek()!, box, room);
  }, [selected, layout]);
  const zoom = (factor: number) => {
    view.value = zoomAt(view.peek()!, factor, room.width / 2, room.height / 2);
  };
  const now = view.value;
  return (
    <div class="graph" ref={ref} {...panning(view)} data-testid="graph">
      {now && (
        <svg
          width={room.width}
          height={room.height}
          role="group"
          aria-label={`Graph of ${model.name}: ${graph.nodes.length} nodes`}
        >
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="11"
              markerHeight="11"
              markerUnits="userSpaceOnUse"
              orient="auto-start-reverse"
            >
              <path d="M0 0.500L8 4L0 7.500z" class="arrow" />
            </marker>
          </defs>
          <g transform={`translate(${now.x} ${now.y}) scale(${now.scale})`}>
            {graph.nodes
              .filter(({open}) => open)
              .map((node) => (
                <Block key={node.layer} {...props} node={node} box={placed.get(node.layer)!} />
              ))}
            {layout.edges.map((edge) => (
              <Edge key={`${edge.source} ${edge.target}`} {...props} edge={edge} />
            ))}
            {graph.nodes
              .filter(({open}) => !open)
              .map((node) => (
                <Node
                  key={node.layer}
                  {...props}
                  node={node}
                  box={placed.get(node.layer)!}
                  marked={node.layer === marked}
                />
              ))}
          </g>
        </svg>
      )}
      <div class="graph-tools">
        <IconButton label="Larger" onClick={() => zoom(ZOOM_STEP)}>
          <path d="M7.300 3h1.400v4.300H13v1.400H8.700V13H7.300V8.700H3V7.300h4.300z" />
        </IconButton>
        <IconButton label="Smaller" onClick={() => zoom(1 / ZOOM_STEP)}>
          <path d="M3 7.300h10v1.400H3z" />
        </IconButton>
        <IconButton label="Whole graph" onClick={() => (view.value = fit(layout, room))}>
          <path d="M2 2h4v1.400H3.400V6H2zM10 2h4v4h-1.400V3.400H10zM2 10h1.400v2.600H6V14H2zM12.600 10H14v4h-4v-1.400h2.600z" />
        </IconButton>
      </div>
    </div>
  );
}

/** An arrow the way it flows; as wide as what flows. */
function Edge({model, graph, edge, backward, flow}: GraphCanvasProps & {edge: PlacedEdge}) {
  const width = flow(model.layers[backward ? edge.target : edge.source].path);
  return (
    <path
      class={`edge ${graph.assumed ? 'assumed' : ''} ${width === undefined ? '' : 'flow'}`}
      d={linePath(edge.points)}
      style={{strokeWidth: width === undefined ? '' : `${width}px`}}
      data-width={width}
      {...{[backward ? 'marker-start' : 'marker-end']: 'url(#arrow)'}}
    />
  );
}

/** Moves with a dragged background, zooms with the wheel at the pointer. */
function panning(view: {value: Viewport | undefined; peek: () => Viewport | undefined}) {
  return {
    onPointerDown: (event: PointerEvent) => {
      if ((event.target as Element).closest('[data-layer], button')) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      const now = view.peek();
      const element = event.currentTarget as Element;
      if (!now || !element.hasPointerCapture(event.pointerId)) return;
      view.value = panBy(now, event.movementX, event.movementY);
    },
    onWheel: (event: WheelEvent) => {
      const now = view.peek();
      if (!now) return;
      event.preventDefault();
      const box = (event.currentTarget as Element).getBoundingClientRect();
      const factor = Math.exp(-event.deltaY / 400);
      view.value = zoomAt(now, factor, event.clientX - box.left, event.clientY - box.top);
    },
  };
}

function linePath(points: readonly number[]): string {
  let path = '';
  for (let at = 0; at < points.length; at += 2) {
    path += `${at ? 'L' : 'M'}${points[at].toFixed(1)} ${points[at + 1].toFixed(1)}`;
  }
  return path;
}

interface NodeProps extends GraphCanvasProps {
  readonly node: GraphNode;
  readonly box: PlacedNode;
}

/** The path without the block around it, shortened in the middle of long names. */
function nameOf(path: string, characters: number): string {
  const name = splitPath(path)[1] || path;
  if (name.length <= characters) return name;
  const half = Math.floor((characters - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}

const onEnter = (run: () => void) => (event: KeyboardEvent) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  run();
};

// `tabindex` in lower case: the names of attributes of SVG elements are not folded.

function Block({model, node, box, onToggle}: NodeProps) {
  const {path, class_name} = model.layers[node.layer];
  const toggle = () => onToggle(path);
  return (
    <g transform={`translate(${box.x} ${box.y})`} class="block">
      <rect y={-LABEL_ROOM} width={box.width} height={box.height + LABEL_ROOM} rx={6} />
      <g
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
    </g>
  );
}

/** The node of a layer, or of the closed block that it lies in; -1 for none. */
function shownNode(
  {layers}: ModelAnswer,
  placed: ReadonlyMap<number, PlacedNode>,
  path: string | undefined,
): number {
  let at = layers.findIndex((layer) => layer.path === path);
  for (let depth = 0; layers[at] && !placed.has(at) && depth < layers.length; depth++) {
    at = layers[at].parent;
  }
  return placed.has(at) ? at : -1;
}

function Node(props: NodeProps & {marked: boolean}) {
  const {model, node, box, numbers, position, write, onToggle, marked} = props;
  const session = useSession();
  const {path, class_name} = model.layers[node.layer];
  const own = numbers.get(path);
  const value = own ?? props.blockNumbers.get(path);
  const isBlock = node.children > 0;
  const selected = session.layer.value?.path === path;
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
      class={`node ${marked ? 'selected' : ''} ${dimmed ? 'dimmed' : ''}`}
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
        {`${isBlock ? 'Open ' : ''}${path}, ${isBlock ? `${class_name}, ` : ''}${detail}${number && `, ${number}`}`}
      </title>
      {isBlock && <rect class="behind" x={4} y={4} width={box.width} height={box.height} rx={4} />}
      <rect class="face" width={box.width} height={box.height} rx={4} />
      {value !== undefined && (
        <rect
          class="stripe"
          width={STRIPE}
          height={box.height}
          fill={colourOf(session, position(value))}
        />
      )}
      <text class="name" x={STRIPE + 8} y={17}>
        {isBlock ? '+ ' : ''}
        {nameOf(path, NAME_CHARACTERS)}
      </text>
      <text class="kind" x={STRIPE + 8} y={32}>
        {detail}
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
