/** A laid-out graph: pan, zoom, choose a layer, open and close blocks. */

import {useSignal} from '@preact/signals';
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import type {ModelAnswer} from '../../api/types';
import {IconButton} from '../../components/controls';
import {useSize} from '../../components/hooks';
import type {PlacedEdge, PlacedNode} from '../../graph/layout';
import {type Viewport, fit, panBy, reveal, start, zoomAt} from '../../graph/viewport';
import {useSession} from '../../state/session';
import {BlockTitle, type GraphDrawing, LayerNode, OpenBlock} from './graph_node';

const ZOOM_STEP = 1.3;

export function GraphCanvas(props: GraphDrawing) {
  const {model, graph, layout} = props;
  const session = useSession();
  const [ref, size] = useSize<HTMLDivElement>();
  const view = useSignal<Viewport | undefined>(undefined);
  const room = size.value;
  const placed = new Map(layout.nodes.map((node) => [node.id, node]));
  const selected = session.layer.value?.path;
  const shown = useRef<ModelAnswer | undefined>(undefined);
  useLayoutEffect(() => {
    // Opening a block moves nothing else away: only another model is shown as a whole.
    if (!room.width || shown.current === model) return;
    shown.current = model;
    view.value = start(layout, room);
  }, [layout, room]);
  const marked = shownNode(model, placed, selected);
  const joined = new Set(graph.edges.flat());
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
                <OpenBlock key={node.layer} {...props} node={node} box={placed.get(node.layer)!} />
              ))}
            {layout.edges.map((edge) => (
              <Edge key={`${edge.source} ${edge.target}`} {...props} edge={edge} />
            ))}
            {graph.nodes
              .filter(({open}) => open)
              .map((node) => (
                <BlockTitle key={node.layer} {...props} node={node} box={placed.get(node.layer)!} />
              ))}
            {graph.nodes
              .filter(({open}) => !open)
              .map((node) => (
                <LayerNode
                  key={node.layer}
                  {...props}
                  node={node}
                  box={placed.get(node.layer)!}
                  marked={node.layer === marked}
                  aside={joined.size > 0 && !node.children && !joined.has(node.layer)}
                />
              ))}
          </g>
        </svg>
      )}
      <div class="graph-tools">
        <IconButton label="Zoom in" onClick={() => zoom(ZOOM_STEP)}>
          <path d="M7.300 3h1.400v4.300H13v1.400H8.700V13H7.300V8.700H3V7.300h4.300z" />
        </IconButton>
        <IconButton label="Zoom out" onClick={() => zoom(1 / ZOOM_STEP)}>
          <path d="M3 7.300h10v1.400H3z" />
        </IconButton>
        <IconButton label="Fit the whole graph" onClick={() => (view.value = fit(layout, room))}>
          <path d="M2 2h4v1.400H3.400V6H2zM10 2h4v4h-1.400V3.400H10zM2 10h1.400v2.600H6V14H2zM12.600 10H14v4h-4v-1.400h2.600z" />
        </IconButton>
      </div>
    </div>
  );
}

/** An arrow in the direction of the flow, as wide as the flow. */
function Edge({model, graph, edge, backward, flow}: GraphDrawing & {edge: PlacedEdge}) {
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

/** Dragging the background pans, the wheel zooms at the pointer. */
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

/** The node of a layer, or of the closed block around it; -1 for none. */
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
