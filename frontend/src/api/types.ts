/** What the routes answer, decoded (docs/http_api.md). */

import type {POOLS} from '../catalog';

export interface RunInfo {
  readonly name: string;
  readonly samples: number;
  /** Null where no step is recorded. */
  readonly first_step: number | null;
  readonly last_step: number | null;
  /** Of the newest record, seconds since 1970; null where its clock was absurd. */
  readonly wall_time: number | null;
  readonly kinds: readonly string[];
  readonly problems: readonly string[];
  /** Changes when data is added. */
  readonly etag: string;
}

export interface RunsAnswer {
  readonly version: string;
  readonly logdir: string;
  readonly runs: readonly RunInfo[];
}

export interface LayerInfo {
  readonly path: string;
  readonly class_name: string;
  readonly activation: string;
  /** Index of the enclosing layer, -1 at the top. */
  readonly parent: number;
  readonly output_shape: readonly number[];
  readonly parameters: number;
  readonly trainable: boolean;
  readonly dtype: string;
}

export interface VariableInfo {
  readonly path: string;
  /** Index in `layers`, -1 for the model's own. */
  readonly layer: number;
  readonly shape: readonly number[];
  readonly dtype: string;
}

export interface SiteInfo {
  readonly name: string;
  readonly layer: number;
  readonly call: number;
  readonly output: number;
  readonly shape: readonly number[];
  readonly unit_axis: number;
  readonly units: number;
  readonly activation: string;
}

interface Omission {
  readonly name: string;
  readonly what: string;
  readonly reason: string;
}

export interface ModelAnswer {
  readonly name: string;
  readonly class_name: string;
  readonly fingerprint: string;
  readonly layers: readonly LayerInfo[];
  readonly variables: readonly VariableInfo[];
  readonly sites: readonly SiteInfo[];
  readonly edges: readonly (readonly [number, number])[];
  readonly inputs: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly omissions: readonly Omission[];
  readonly steps_per_epoch: number;
  /** What the model was compiled with, as text; absent in old runs. */
  readonly compiled?: Readonly<Record<string, string>>;
}

/** How several samples become one column. */
export type Pool = (typeof POOLS)[number];

/** One kind of statistic over time. */
export interface Table {
  readonly kind: string;
  readonly names: readonly string[];
  /** Last step in each column; increasing. */
  readonly steps: Float64Array;
  /** First step in each column; the same array values as `steps` where nothing was pooled. */
  readonly firstSteps: Float64Array;
  /** Samples before pooling. */
  readonly samples: number;
  readonly definitions: Readonly<Record<string, string>>;
  /** Row-major [names, steps] by statistic and pool. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** All kinds of one layer: its variables, its outputs, those of layers inside it included. */
export interface Series {
  readonly layer: string;
  readonly tables: ReadonlyMap<string, Table>;
}

/** All kinds at one step, each as a table of one column. */
export interface Snapshot {
  readonly requestedStep: number;
  readonly tables: ReadonlyMap<string, Table>;
}

/** Largest magnitude of each unit of a site over time. */
export interface Units {
  readonly site: string;
  readonly steps: Float64Array;
  readonly firstSteps: Float64Array;
  /** Row-major [units, steps]. */
  readonly maxAbs: Float32Array;
  /** 1 where the unit was zero in every batch of the window that ends there. */
  readonly dead: Uint8Array;
  readonly units: number;
  /** The window that "dead" covers, in words. */
  readonly window: string;
  /** Number of batches in the window, by column. */
  readonly windowSamples: Int32Array;
}

/** One tensor's distribution over time. */
export interface HistogramAnswer {
  readonly kind: string;
  readonly name: string;
  readonly steps: Float64Array;
  readonly firstSteps: Float64Array;
  /** B + 1 edges from -inf to inf. */
  readonly edges: Float64Array;
  /** Row-major [steps, B], finite elements only. */
  readonly counts: Uint32Array;
}

/** Quantised pictures: value = offset + scale * code, 255 stands for a non-finite value. */
export interface MapStack {
  readonly name: string;
  readonly layout: string;
  readonly fullShape: readonly number[];
  /** Samples, channels, height, width. */
  readonly shape: readonly [number, number, number, number];
  readonly codes: Uint8Array;
  /** [samples, channels]. */
  readonly scale: Float32Array;
  readonly offset: Float32Array;
  /** Which channels of the layer these are. */
  readonly channels: Int32Array;
  readonly dead: Uint8Array;
  /** Token ids and other whole numbers themselves, [samples, length]. */
  readonly values: Float32Array | undefined;
  /** Of kernels: which input channels the first axis holds. */
  readonly rows: Int32Array | undefined;
}

export interface Maps extends MapStack {
  /** Step of the snapshot; may be before the step that was asked for. */
  readonly step: number;
  /** The layer whose output a gradient is of; empty for the input itself. */
  readonly of: string;
  /** Of kernels: l2 of the weights of each unit, shown or not. */
  readonly norms: Float32Array | undefined;
  /** The class whose score it is, by sample; -1 where the output is the score. */
  readonly targets: Int32Array | undefined;
}

/** The model's output for each probe sample, at each snapshot. */
export interface Predictions {
  readonly steps: Float64Array;
  readonly outputs: readonly {
    readonly name: string;
    /** Row-major [steps, samples, width]. */
    readonly values: Float32Array;
    readonly samples: number;
    readonly width: number;
  }[];
}

export interface ActivationFunction {
  readonly name: string;
  readonly function: string;
  readonly low: number;
  readonly high: number;
  readonly nonfinite: number;
  readonly flat_fraction: number | null;
  /** Why there is no curve. */
  readonly reason: string;
  readonly edges: Float64Array;
  readonly counts: Uint32Array;
  /** The function at the edges. */
  readonly curve?: Float32Array;
}

export interface ActivationFunctions {
  readonly step: number;
  readonly functions: readonly ActivationFunction[];
}

export interface MapsIndex {
  readonly steps: readonly number[];
  readonly names: readonly string[];
  readonly omissions: readonly Omission[];
}

export interface Probe {
  readonly inputs: readonly MapStack[];
  /** [samples, width], or undefined where labels are not known. */
  readonly labels?: {readonly data: Float32Array; readonly width: number};
}

export interface Loss {
  readonly steps: Float64Array;
  readonly loss: Float32Array;
  readonly learningRate: Float32Array;
  /** Since the first sampled step; NaN where not known. */
  readonly seconds: Float32Array;
  /** Last step of each epoch. */
  readonly epochSteps: Float64Array;
  readonly epochs: ReadonlyMap<string, Float32Array>;
}
