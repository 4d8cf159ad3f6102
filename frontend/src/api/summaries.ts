/** What the list of runs shows of each (docs/http_api.md, `summaries`). */

import type {Health} from '../catalog';
import {type Container, arrayOf} from './container';
import type {ReportedChange} from './findings';
import {type Query, container} from './queries';

/** Numbers may be NaN or infinite; undefined where nothing was recorded. */
export interface RunSummary {
  readonly name: string;
  readonly health: Health;
  /** The health in a few words. */
  readonly healthText: string;
  /** The same in one line. */
  readonly verdict: string;
  /** The worst warning or error; null where there is none. */
  readonly worst: ReportedChange | null;
  readonly epochs: number;
  readonly loss: number | undefined;
  /** What Keras logged last, by its name. */
  readonly logs: ReadonlyMap<string, number>;
  readonly learningRate: number | undefined;
  readonly seconds: number | undefined;
  /** Time of the newest record, in seconds since 1970. */
  readonly updated: number;
  /** Hyperparameters and settings. */
  readonly configuration: ReadonlyMap<string, Setting>;
  readonly curveSteps: Float64Array;
  readonly curve: Float32Array;
}

export type Setting = number | string | boolean;

export interface SummariesAnswer {
  readonly runs: readonly RunSummary[];
  /** Hyperparameters and settings in which the runs differ. */
  readonly differing: readonly string[];
  /** The log to show beside the loss. */
  readonly metric: string | null;
}

export function summariesQuery(): Query<SummariesAnswer> {
  return {url: 'summaries', decode: container(readSummaries), patient: true};
}

type Written = number | string | null;

interface SummaryMeta {
  readonly run: string;
  readonly health: Health;
  readonly health_text: string;
  readonly verdict: string;
  readonly worst: RunSummary['worst'];
  readonly epochs: number;
  readonly loss: Written;
  readonly logs: Readonly<Record<string, Written>>;
  readonly learning_rate: Written;
  readonly seconds: number | null;
  readonly updated: number;
  readonly hyperparameters: Readonly<Record<string, Setting>>;
  readonly settings: Readonly<Record<string, Setting>>;
}

function readSummaries(answer: Container): SummariesAnswer {
  const steps = arrayOf(answer, 'curve_steps', Float64Array).data;
  const curve = arrayOf(answer, 'curve', Float32Array).data;
  const ends = arrayOf(answer, 'curve_ends', Int32Array).data;
  const {runs, differing, metric} = answer.meta as unknown as {
    readonly runs: readonly SummaryMeta[];
  } & SummariesAnswer;
  const readRun = (run: SummaryMeta, place: number): RunSummary => {
    const [start, end] = [place ? ends[place - 1] : 0, ends[place]];
    return {
      name: run.run,
      health: run.health,
      healthText: run.health_text,
      verdict: run.verdict,
      worst: run.worst,
      epochs: run.epochs,
      loss: numberOf(run.loss),
      logs: new Map(Object.entries(run.logs).map(([name, value]) => [name, Number(value)])),
      learningRate: numberOf(run.learning_rate),
      seconds: run.seconds ?? undefined,
      updated: run.updated,
      configuration: new Map([
        ...Object.entries(run.settings),
        ...Object.entries(run.hyperparameters),
      ]),
      curveSteps: steps.subarray(start, end),
      curve: curve.subarray(start, end),
    };
  };
  return {runs: runs.map(readRun), differing, metric};
}

/** "NaN" and the infinities come as words. */
const numberOf = (value: Written) => (value === null ? undefined : Number(value));
