/** The model: its layers, their connections, and one number of each at the shown step. */

import {useSignal} from '@preact/signals';
import {useEffect, useMemo} from 'preact/hooks';
import type {ModelAnswer} from '../../api/types';
import {Choice, Select} from '../../components/controls';
import {ErrorState, NotRecorded, Spinner} from '../../components/states';
import {colourScale} from '../../data/colour_scale';
import {type OverviewValues, blockRule, columnOf} from '../../data/overview';
import {OVERVIEW_COLUMNS} from '../../data/overview_columns';
import type {Sheet} from '../../data/sheet';
import {statisticInfo} from '../../data/statistics';
import {cssGradient, zeroColour} from '../../draw/colour_maps';
import {formatValue} from '../../draw/format';
import {blockNumbers} from '../../graph/block_number';
import {openBlocks, toggleBlock} from '../../graph/blocks';
import type {Layout} from '../../graph/layout';
import {requestLayout} from '../../graph/layout_client';
import {withNamedBlocks} from '../../graph/named_blocks';
import {type VisibleGraph, initialOpen, visibleGraph} from '../../graph/visible';
import {useSession} from '../../state/session';
import type {GraphFlow} from '../../state/settings';
import {useOverview} from '../../state/use_overview';
import {WithTable} from '../../tables/with_table';
import {FLOWS, flowWidth} from './flow';
import {GraphCanvas} from './graph_canvas';
import {NODE_HEIGHT, NODE_WIDTH} from './graph_node';

export function GraphView() {
  const session = useSession();
  const {data, error} = session.model.state.value;
  if (!data) {
    if (error === undefined) return null;
    return <ErrorState message={error} retry={() => session.model.retry()} />;
  }
  if (!data.layers.length) {
    return (
      <NotRecorded
        what="The model has no layers"
        how="The graph shows the layers that Keras knows: those of Sequential, Functional and subclassed models."
      />
    );
  }
  return <GraphOfModel model={data} />;
}

/** A layout with the model it is of: another model may be chosen by the time it is drawn. */
interface Drawn {
  readonly model: ModelAnswer;
  readonly graph: VisibleGraph;
  readonly layout: Layout;
}

/** The newest layout that has arrived. */
function useLayout(model: ModelAnswer, graph: VisibleGraph) {
  const drawn = useSignal<Drawn | undefined>(undefined);
  const error = useSignal<string | undefined>(undefined);
  const attempt = useSignal(0);
  useEffect(() => {
    let wanted = true;
    error.value = undefined;
    requestLayout({
      nodes: graph.nodes.map(({layer, parent}) => ({
        id: layer,
        parent,
        width: NODE_WIDTH,
        height: NODE_HEIGHT,
      })),
      edges: graph.edges,
    }).then(
      (layout) => {
        if (wanted) drawn.value = {model, graph, layout};
      },
      (reason: unknown) => {
        if (wanted) error.value = reason instanceof Error ? reason.message : String(reason);
      },
    );
    return () => {
      wanted = false;
    };
  }, [graph, attempt.value]);
  return {drawn: drawn.value, error: error.value, retry: () => attempt.value++};
}

/** The width of edges by the path of the layer that they start from; of a block the mean inside. */
function useFlow(model: ModelAnswer, values: OverviewValues) {
  const chosen = useSession().settings.graphFlow.value;
  return useMemo(() => {
    if (chosen === 'none') return () => undefined;
    const {key} = FLOWS[chosen];
    const numbers = columnOf(values, key);
    const inside = blockNumbers(model.layers, numbers, 'mean');
    const {position} = colourScale([...numbers.values()], key.split('.')[1]);
    return (path: string) => {
      const value = numbers.get(path) ?? inside.get(path);
      return flowWidth(value === undefined ? undefined : position(value));
    };
  }, [model, values, chosen]);
}

function GraphOfModel({model: recorded}: {model: ModelAnswer}) {
  const session = useSession();
  const model = useMemo(
    () => ({...recorded, ...withNamedBlocks(recorded.layers, recorded.edges)}),
    [recorded],
  );
  const {blocks, graphBy, graphFlow} = session.settings;
  const initial = useMemo(() => initialOpen(model.layers), [model]);
  const graph = useMemo(
    () => visibleGraph(model.layers, model.edges, openBlocks(initial, blocks.value)),
    [model, initial, blocks.value],
  );
  const {drawn, error, retry} = useLayout(model, graph);
  const {values} = useOverview();
  const column = OVERVIEW_COLUMNS.find(({key}) => key === graphBy.value) ?? OVERVIEW_COLUMNS[0];
  const {format} = statisticInfo(column.statistic);
  const numbers = useMemo(() => columnOf(values.value, column.key), [values.value, column]);
  const rule = blockRule(column);
  const blockValues = useMemo(
    () => blockNumbers(model.layers, numbers, rule),
    [model, numbers, rule],
  );
  const scale = useMemo(
    () => colourScale([...numbers.values()], column.statistic),
    [numbers, column],
  );
  const flow = useFlow(model, values.value);
  const sheet = useMemo<Sheet>(
    () => ({
      title: `Graph at step ${session.step.value ?? ''}`,
      columns: ['layer', 'class', 'inside', column.title],
      rows: model.layers.length,
      cell: (row, place) => {
        const {path, class_name, parent} = model.layers[row];
        const inside = model.layers[parent]?.path ?? '';
        return [path, class_name, inside, numbers.get(path) ?? blockValues.get(path)][place];
      },
    }),
    [model, numbers, blockValues, column],
  );
  return (
    <>
      <div class="view-bar">
        <Select
          label="Colour by"
          visibleLabel
          value={column.key}
          options={OVERVIEW_COLUMNS.map(({key, title}) => [key, title])}
          onChange={(next) => (graphBy.value = next)}
          testId="graph-by"
        />
        <Choice<GraphFlow>
          label="Flow along the edges"
          testId="graph-flow"
          value={graphFlow.value}
          options={[
            ['none', 'Edges', 'Connections as they are'],
            ['forward', 'Forward', `Forward pass; ${FLOWS.forward.definition}`],
            ['backward', 'Backward', `Backward pass; ${FLOWS.backward.definition}`],
          ]}
          onChange={(next) => (graphFlow.value = next)}
        />
        {graphFlow.value !== 'none' ? (
          <span class="quiet">{FLOWS[graphFlow.value].short}</span>
        ) : (
          blockValues.size > 0 && <span class="quiet">blocks: {rule} of the layers inside</span>
        )}
        {graph.assumed && (
          <span class="quiet" data-testid="graph-assumed">
            connections are not recorded: layers are in model order
          </span>
        )}
        <span class="spring" />
        <span class="legend">
          <span class="number">{formatValue(scale.low, format)}</span>
          {scale.high > scale.low && (
            <>
              <i
                class="gradient"
                style={{
                  background: cssGradient(session.settings.colours.value, session.host.theme.value),
                }}
              />
              <span class="number">{formatValue(scale.high, format)}</span>
            </>
          )}
          {[...numbers.values()].includes(0) && (
            <span title="exactly zero">
              <i class="swatch" style={{background: zeroColour(session.host.theme.value)}} />0
            </span>
          )}
        </span>
      </div>
      <WithTable sheet={sheet}>
        {error !== undefined ? (
          <ErrorState message={error} retry={retry} />
        ) : drawn ? (
          <GraphCanvas
            model={drawn.model}
            graph={drawn.graph}
            layout={drawn.layout}
            numbers={numbers}
            blockNumbers={blockValues}
            blockRule={rule}
            position={scale.position}
            flow={flow}
            backward={graphFlow.value === 'backward'}
            write={(value) => formatValue(value, format)}
            onToggle={(path) => (blocks.value = toggleBlock(initial, blocks.peek(), path))}
          />
        ) : (
          <Spinner />
        )}
      </WithTable>
    </>
  );
}
