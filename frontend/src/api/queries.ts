/** One function per route: where it is, and how its answer is read. */

import {STATISTICS} from '../catalog';
import type {Decode} from './client';
import {type Container, ContainerError, arrayOf, decodeContainer} from './container';
import type {
  HistogramAnswer,
  Loss,
  ModelAnswer,
  Pool,
  RunsAnswer,
  Series,
  Snapshot,
  Table,
  Units,
} from './types';

/** A request that is not sent yet. */
export interface Query<T> {
  readonly url: string;
  readonly decode: Decode<T>;
  /** Sent only when no other request is under way, because it keeps the server busy for long. */
  readonly patient?: boolean;
}

/** Columns asked for: more than any plot is wide in CSS pixels, few enough to scrub through. */
export const WIDTH = 1500;

/** Steps that the scrubber can distinguish: the most columns that an answer may have. */
const MOST_STEPS = 10_000;

export function runsQuery(): Query<RunsAnswer> {
  return {url: 'runs', decode: json<RunsAnswer>};
}

export function modelQuery(run: string): Query<ModelAnswer> {
  return {url: `model?${query({run})}`, decode: json<ModelAnswer>};
}

interface TableRequest {
  readonly run: string;
  readonly kind: string;
  /** By default all that are recorded, of which there are more in newer runs. */
  readonly statistics?: readonly string[];
  readonly pools?: readonly Pool[];
  /** First and one past the last row. */
  readonly rows?: readonly [number, number];
  readonly firstStep?: number;
  readonly lastStep?: number;
}

export function tableQuery(request: TableRequest): Query<Table> {
  const pools = request.pools ?? ['last'];
  const url = `table?${query({
    run: request.run,
    kind: request.kind,
    statistic: request.statistics?.join(','),
    pool: pools.join(','),
    rows: request.rows?.join(':'),
    first_step: request.firstStep,
    last_step: request.lastStep,
    width: WIDTH,
  })}`;
  return {url, decode: container((answer) => readTable(answer, pools))};
}

/** Which statistics of a kind a run has, as a table of one cell each. */
export const recordedQuery = (run: string, kind: string): Query<Table> => ({
  url: `table?${query({run, kind, rows: '0:1', width: 1})}`,
  decode: container((answer) => readTable(answer, ['last'])),
});

/** One statistic of all rows; with the extent of each column where several samples are joined. */
export function metricQuery(
  run: string,
  kind: string,
  statistic: string,
  pooled: boolean,
): Query<Table> {
  const needed = Object.hasOwn(STATISTICS, statistic) && STATISTICS[statistic].appliesToFinite;
  const statistics = needed ? [statistic, needed] : [statistic];
  return tableQuery({run, kind, statistics, pools: pooled ? ['last', 'min', 'max'] : ['last']});
}

export function seriesQuery(run: string, layer: string): Query<Series> {
  return {url: `series?${query({run, layer, width: WIDTH})}`, decode: container(readSeries)};
}

export function snapshotQuery(run: string, step: number): Query<Snapshot> {
  return {url: `snapshot?${query({run, step})}`, decode: container(readSnapshot)};
}

export function unitsQuery(run: string, site: string): Query<Units> {
  return {
    url: `units?${query({run, layer: site, width: WIDTH})}`,
    decode: container(readUnits),
  };
}

export function histogramQuery(run: string, kind: string, name: string): Query<HistogramAnswer> {
  return {
    url: `histogram?${query({run, kind, name, width: WIDTH})}`,
    decode: container(readHistogram),
  };
}

export function lossQuery(run: string): Query<Loss> {
  return {url: `loss?${query({run, width: MOST_STEPS})}`, decode: container(readLoss)};
}

/** A query string; what is undefined is left out. */
export function query(parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => `${key}=${encodeURIComponent(value!)}`).join('&');
}

/** Reads an answer in JSON. */
export async function json<T>(response: Response): Promise<{value: T; size: number}> {
  const text = await response.text();
  return {value: JSON.parse(text) as T, size: 2 * text.length};
}

/** Reads a binary answer. */
export function container<T>(read: (answer: Container) => T): Decode<T> {
  return async (response) => {
    const answer = decodeContainer(await response.arrayBuffer());
    return {value: read(answer), size: answer.size};
  };
}

/** The name of a table's array. */
export const valuesKey = (statistic: string, pool: Pool = 'last') => `${statistic}/${pool}`;

/** The statistic in the name of a table's array; names of metrics may hold slashes themselves. */
export const statisticOf = (key: string) => key.slice(0, key.lastIndexOf('/'));

interface KindMeta {
  readonly names: readonly string[];
  readonly statistics: readonly string[];
  readonly definitions: Readonly<Record<string, string>>;
  readonly samples: number;
}

function readSeries(answer: Container): Series {
  const kinds = answer.meta.kinds as Record<string, KindMeta>;
  const tables = Object.entries(kinds).map(([kind, meta]): [string, Table] => {
    const array = (name: string) => arrayOf(answer, `${kind}/${name}`, Float32Array).data;
    const table = {
      ...meta,
      kind,
      steps: arrayOf(answer, `${kind}/steps`, Float64Array).data,
      firstSteps: arrayOf(answer, `${kind}/first_steps`, Float64Array).data,
      values: new Map(meta.statistics.map((key) => [valuesKey(key), array(valuesKey(key))])),
    };
    return [kind, table];
  });
  return {layer: answer.meta.layer as string, tables: new Map(tables)};
}

function readSnapshot(answer: Container): Snapshot {
  const kinds = answer.meta.kinds as Record<string, KindMeta & {step: number}>;
  const tables = Object.entries(kinds).map(([kind, meta]): [string, Table] => {
    const {data} = arrayOf(answer, kind, Float32Array);
    const width = meta.statistics.length;
    const column = (place: number) =>
      Float32Array.from(meta.names, (_, row) => data[row * width + place]);
    const steps = Float64Array.of(meta.step);
    const values = new Map(meta.statistics.map((key, place) => [valuesKey(key), column(place)]));
    return [kind, {...meta, kind, steps, firstSteps: steps, samples: 1, values}];
  });
  const requestedStep = answer.meta.requested_step as number;
  return {requestedStep, tables: new Map(tables)};
}

function readTable(answer: Container, pools: readonly Pool[]): Table {
  const {meta} = answer;
  const names = meta.names as string[];
  const steps = arrayOf(answer, 'steps', Float64Array).data;
  const values = new Map<string, Float32Array>();
  for (const statistic of meta.statistics as string[]) {
    for (const pool of pools) {
      const key = valuesKey(statistic, pool);
      const {data, shape} = arrayOf(answer, key, Float32Array);
      if (shape[0] !== names.length || shape[1] !== steps.length) {
        throw new ContainerError(`array ${JSON.stringify(key)} has another shape than the table`);
      }
      values.set(key, data);
    }
  }
  return {
    kind: meta.kind as string,
    names,
    steps,
    firstSteps: arrayOf(answer, 'first_steps', Float64Array).data,
    samples: meta.samples as number,
    definitions: (meta.definitions ?? {}) as Record<string, string>,
    values,
  };
}

function readUnits(answer: Container): Units {
  const steps = arrayOf(answer, 'steps', Float64Array).data;
  const {data: maxAbs, shape} = arrayOf(answer, 'max_abs', Float32Array);
  return {
    site: answer.meta.layer as string,
    steps,
    firstSteps: arrayOf(answer, 'first_steps', Float64Array).data,
    maxAbs,
    dead: arrayOf(answer, 'dead', Uint8Array).data,
    units: shape[0],
    window: answer.meta.window as string,
    windowSamples: arrayOf(answer, 'window_samples', Int32Array).data,
  };
}

function readHistogram(answer: Container): HistogramAnswer {
  return {
    kind: answer.meta.kind as string,
    name: answer.meta.name as string,
    steps: arrayOf(answer, 'steps', Float64Array).data,
    firstSteps: arrayOf(answer, 'first_steps', Float64Array).data,
    edges: arrayOf(answer, 'edges', Float64Array).data,
    counts: arrayOf(answer, 'counts', Uint32Array).data,
  };
}

function readLoss(answer: Container): Loss {
  const steps = arrayOf(answer, 'steps', Float64Array).data;
  const series = (name: string) =>
    answer.arrays.has(name)
      ? arrayOf(answer, name, Float32Array).data
      : new Float32Array(steps.length).fill(NaN);
  const names = (answer.meta.epoch_names ?? []) as string[];
  return {
    steps,
    loss: series('loss'),
    learningRate: series('learning_rate'),
    seconds: series('seconds'),
    epochSteps: answer.arrays.has('epoch_steps')
      ? arrayOf(answer, 'epoch_steps', Float64Array).data
      : new Float64Array(0),
    epochs: new Map(
      names.map((name) => [name, arrayOf(answer, `epoch/${name}`, Float32Array).data]),
    ),
  };
}
