/** The route of single examples: the worst of a step, and the range of losses over the run. */

import {type Container, arrayOf} from './container';
import {readStack} from './pictures';
import {type Query, WIDTH, container, query} from './queries';
import type {MapStack} from './types';

/** Text, or numbers as the probe samples have them: a stack of one sample. */
export type ExampleInput =
  | {readonly name: string; readonly text: string}
  | {readonly name: string; readonly stack: MapStack};

/** One example of a sampled batch. */
export interface Example {
  /** The same for the same inputs; empty where it is not known. */
  readonly fingerprint: string;
  readonly loss: number;
  /** Fraction of the batch's loss; NaN where it is not known. */
  readonly share: number;
  /** Other numbers by name, such as the label and what the model says. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Its inputs, as far as they are recorded. */
  readonly inputs: readonly ExampleInput[];
  /** When it was seen, and its loss then. */
  readonly seen: {readonly steps: Float64Array; readonly loss: Float32Array};
}

export interface Samples {
  /** The sampled step that the examples are of; null where there is none. */
  readonly step: number | null;
  readonly batchSize: number;
  /** A sentence where few examples carry the loss; else empty. */
  readonly summary: string;
  readonly columns: readonly string[];
  /** The largest losses first. */
  readonly worst: readonly Example[];
  readonly steps: Float64Array;
  readonly lowest: Float32Array;
  readonly median: Float32Array;
  readonly highest: Float32Array;
}

export function samplesQuery(run: string, step: number | undefined): Query<Samples> {
  return {url: `samples?${query({run, step, width: WIDTH})}`, decode: container(readSamples)};
}

function readInput(
  answer: Container,
  row: number,
  meta: Record<string, unknown>,
  place: number,
): ExampleInput {
  const name = meta.name as string;
  if (typeof meta.text === 'string') return {name, text: meta.text};
  return {name, stack: readStack(answer, `example${row}/input${place}/`, meta)};
}

function readSamples(answer: Container): Samples {
  const {meta} = answer;
  const columns = meta.columns as string[];
  const floats = (name: string) => arrayOf(answer, name, Float32Array).data;
  const inputs = (meta.inputs ?? []) as Record<string, unknown>[][];
  const example = (fingerprint: string, row: number): Example => ({
    fingerprint,
    inputs: (inputs[row] ?? []).map((input, place) => readInput(answer, row, input, place)),
    loss: floats('loss')[row],
    share: floats('share')[row],
    numbers: new Map(columns.map((name, place) => [name, floats(`column${place}`)[row]])),
    seen: {
      steps: arrayOf(answer, `example${row}/steps`, Float64Array).data,
      loss: floats(`example${row}/loss`),
    },
  });
  return {
    step: meta.step as number | null,
    batchSize: meta.batch_size as number,
    summary: meta.summary as string,
    columns,
    worst: (meta.fingerprints as string[]).map(example),
    steps: arrayOf(answer, 'steps', Float64Array).data,
    lowest: floats('lowest'),
    median: floats('median'),
    highest: floats('highest'),
  };
}
