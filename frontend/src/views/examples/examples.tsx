/** The loss of single examples: its range over the run, and the worst of the shown step. */

import {useMemo} from 'preact/hooks';
import {type Example, type Samples, samplesQuery} from '../../api/samples';
import {NotRecorded, Pending} from '../../components/states';
import {ExampleInputView} from '../../samples/example_input';
import type {Sheet} from '../../data/sheet';
import {type NumberFormat, formatCount, formatValue} from '../../draw/format';
import {spansDecades} from '../../draw/ticks';
import {SparklineCell} from '../../plots/sparkline_cell';
import {Track} from '../../plots/track';
import {useLoaded, useSession} from '../../state/session';
import {useSheet} from '../../tables/with_table';

export function ExamplesView() {
  const session = useSession();
  const samples = useLoaded(() => {
    const step = session.restUntil.value;
    return session.requestOf('sample_loss', (run) => samplesQuery(run, step));
  });
  if (!session.has('sample_loss')) {
    return (
      <NotRecorded
        what="The losses of single examples are not recorded in this run"
        how='They are recorded by default; InspectCallback(record={"samples": False}) and tier="economy" turn them off.'
      />
    );
  }
  return (
    <Pending loaded={samples.state.value} retry={() => samples.retry()} class="weights">
      {(data) => <Examples samples={data} />}
    </Pending>
  );
}

function Examples({samples}: {samples: Samples}) {
  const {columns, worst, step, batchSize, summary, steps, lowest, median, highest} = samples;
  const lines = useMemo(
    () => [
      {name: 'largest', values: highest, colour: 'series-1'},
      {name: 'median', values: median, colour: 'line-other'},
      {name: 'smallest', values: lowest, colour: 'series-2'},
    ],
    [samples],
  );
  const hasInputs = worst.some(({inputs}) => inputs.length > 0);
  useSheet(useMemo(() => sheetOf(samples), [samples]));
  const said =
    summary || `The largest losses of the ${formatCount(batchSize)} examples of step ${step}`;
  return (
    <>
      <p class="view-bar" data-testid="examples-summary">
        {said}
      </p>
      <div class="overview weights-table" tabIndex={0} data-testid="examples-table">
        <table aria-label={`Examples with the largest losses at step ${step}`}>
          <thead>
            <tr>
              <th>
                <span>Example</span>
              </th>
              {hasInputs && (
                <th>
                  <span>input</span>
                </th>
              )}
              {['loss', 'share', ...columns].map((name) => (
                <th key={name} class="number">
                  <span>{name}</span>
                </th>
              ))}
              <th class="trend">over the run</th>
            </tr>
          </thead>
          <tbody>
            {worst.map((example, place) => (
              <ExampleRow key={place} {...{example, columns, hasInputs}} />
            ))}
          </tbody>
        </table>
      </div>
      <div class="weight-curves">
        <Track
          title="Loss of each example"
          definition="Largest, median and smallest loss of the examples of each sampled batch."
          steps={steps}
          lines={lines}
          log={spansDecades(highest)}
          format="number"
          label="Losses of examples over the run"
        />
      </div>
    </>
  );
}

interface RowProps {
  readonly example: Example;
  readonly columns: readonly string[];
  readonly hasInputs: boolean;
}

function ExampleRow({example, columns, hasInputs}: RowProps) {
  const {fingerprint, inputs, loss, share, numbers, seen} = example;
  const title = 'The same for the same inputs: `locate` finds it in your data';
  return (
    <tr data-testid="example-row" data-fingerprint={fingerprint}>
      <th scope="row" title={title}>
        <span class="name">{fingerprint || '–'}</span>
      </th>
      {hasInputs && (
        <td class="example-inputs">
          <div>
            {inputs.map((input) => (
              <ExampleInputView key={input.name} input={input} />
            ))}
          </div>
        </td>
      )}
      <NumberCell value={loss} />
      <NumberCell value={share} isMissing={Number.isNaN(share)} format="percent" />
      {columns.map((name) => (
        <NumberCell
          key={name}
          value={numbers.get(name)!}
          isMissing={Number.isNaN(numbers.get(name))}
        />
      ))}
      <SparklineCell values={seen.loss} steps={seen.steps} />
    </tr>
  );
}

interface NumberProps {
  readonly value: number;
  readonly isMissing?: boolean;
  readonly format?: NumberFormat;
}

function NumberCell({value, isMissing = false, format = 'number'}: NumberProps) {
  const bad = !isMissing && !Number.isFinite(value);
  return (
    <td class={`number ${bad ? 'alarm' : ''} ${isMissing ? 'missing' : ''}`}>
      <span>{isMissing ? '–' : formatValue(value, format)}</span>
    </td>
  );
}

function sheetOf({worst, columns, step}: Samples): Sheet {
  return {
    title: `Examples at step ${step ?? ''}`,
    columns: ['fingerprint', 'loss', 'share', ...columns],
    rows: worst.length,
    cell: (row, column) => {
      const {fingerprint, loss, share, numbers} = worst[row];
      return [fingerprint, loss, share, ...numbers.values()][column];
    },
  };
}
