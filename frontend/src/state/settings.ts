/** What the user chose, and how it is written into the address. Pure but for the signals. */

import {type Signal, signal} from '@preact/signals';
import {PICTURE_KINDS, type PictureKind} from '../catalog';
import type {ScaleName} from '../draw/codes';
import {UNIT_ORDERS, type UnitOrder} from '../draw/unit_order';
import {SEQUENTIAL, type SequentialMap} from '../draw/colour_maps';
import type {AxisName} from '../data/run_axis';
import {TIME_KINDS} from '../data/statistics';

export type WeightCurve = 'ratio' | 'growth' | 'norm' | 'picture';
/** Of the view of activations: the pictures of samples, and the curves of activation functions. */
export type PictureName = Exclude<PictureKind, 'kernels'> | 'functions';
const PICTURES: readonly PictureName[] = [
  ...PICTURE_KINDS.filter((kind) => kind !== 'kernels'),
  'functions',
];
/** Of all rows over time: `auto` takes bands where lines would be too many. */
type LineForm = 'auto' | 'lines' | 'bands';
export type GraphFlow = 'none' | 'forward' | 'backward';
export type DensityForm = 'density' | 'ridges';

interface Settings {
  readonly run: string;
  /** Undefined follows the latest recorded step. */
  readonly step: number | undefined;
  /** The runs that are compared with, one a line; heatmaps are of the first. */
  readonly compare: string;
  /** Of the comparison of runs. */
  readonly axis: AxisName;
  /** Path of the selected layer. */
  readonly layer: string;
  /** Name of a view; empty where none was chosen. */
  readonly view: string;
  readonly kind: string;
  readonly statistic: string;
  readonly scale: ScaleName | 'auto';
  readonly colours: SequentialMap;
  /** Regular expression on layer names. */
  readonly filter: string;
  /** "model", "worst", or a column of the overview, "-" ahead for largest first. */
  readonly order: string;
  /** Whether all maps of a layer share one colour range. */
  readonly range: 'map' | 'shared';
  /** Of the selected layer: a variable's path or an output's name. */
  readonly tensor: string;
  readonly density: DensityForm;
  /** What the view of activations shows. */
  readonly picture: PictureName;
  /** Of a heatmap over its input, in percent. */
  readonly opacity: number | undefined;
  /** The selected unit of the layer. */
  readonly unit: number | undefined;
  readonly unitOrder: UnitOrder;
  readonly weightCurve: WeightCurve;
  readonly lineForm: LineForm;
  /** Paths of pinned layers, one a line. */
  readonly pins: string;
  /** A column of the overview that colours the graph. */
  readonly graphBy: string;
  /** Which way the graph's edges show a flow. */
  readonly graphFlow: GraphFlow;
  /** Paths of the graph's blocks that were opened (+) or closed (-) by hand, one a line. */
  readonly blocks: string;
  /** The opened finding: `a` or, of the compared run, `b`, a colon, and what it is known by. */
  readonly finding: string;
  /** Thresholds of the diagnosis that differ from their defaults, `name:value` with commas between. */
  readonly thresholds: string;
  /** Words that the shown runs have in their name, health or settings. */
  readonly runSearch: string;
  /** Column of the list of runs, "-" ahead for largest first. */
  readonly runOrder: string;
  /** Setting that groups the list of runs; empty for none. */
  readonly runGroup: string;
  /** Log that the list of runs shows; empty for the one that the server chooses. */
  readonly runMetric: string;
  /** Whether views show tables in place of pictures. */
  readonly asTable: 'no' | 'yes';
}

export type SettingSignals = {readonly [K in keyof Settings]: Signal<Settings[K]>};

interface Codec<T> {
  readonly initial: T;
  /** Undefined for text that does not stand for a value. */
  readonly parse: (text: string) => T | undefined;
}

const text = (initial: string): Codec<string> => ({initial, parse: (value) => value});

function oneOf<T extends string>(initial: T, values: readonly T[]): Codec<T> {
  return {initial, parse: (value) => values.find((candidate) => candidate === value)};
}

const wholeNumber: Codec<number | undefined> = {
  initial: undefined,
  parse: (value) => (/^\d{1,15}$/.test(value) ? Number(value) : undefined),
};

type Codecs = {readonly [K in keyof Settings]: Codec<Settings[K]>};

const codecsFor = (views: readonly string[]): Codecs => ({
  run: text(''),
  step: wholeNumber,
  compare: text(''),
  axis: oneOf<AxisName>('step', ['step', 'epoch', 'time']),
  layer: text(''),
  view: oneOf('', views),
  kind: oneOf('gradient', Object.keys(TIME_KINDS)),
  statistic: {initial: 'l2', parse: (value) => (/^\w{1,64}$/.test(value) ? value : undefined)},
  scale: oneOf<ScaleName | 'auto'>('auto', ['auto', 'log', 'linear', 'relative']),
  colours: oneOf<SequentialMap>('viridis', SEQUENTIAL),
  filter: text(''),
  order: text('model'),
  range: oneOf<'map' | 'shared'>('map', ['map', 'shared']),
  tensor: text(''),
  density: oneOf<DensityForm>('density', ['density', 'ridges']),
  picture: oneOf<PictureName>('maps', PICTURES),
  opacity: {...wholeNumber, initial: 60},
  unit: wholeNumber,
  unitOrder: oneOf<UnitOrder>('unit', UNIT_ORDERS),
  graphBy: text('gradient.l2'),
  graphFlow: oneOf<GraphFlow>('none', ['none', 'forward', 'backward']),
  blocks: text(''),
  lineForm: oneOf<LineForm>('auto', ['auto', 'lines', 'bands']),
  pins: text(''),
  weightCurve: oneOf<WeightCurve>('ratio', ['ratio', 'growth', 'norm', 'picture']),
  finding: text(''),
  thresholds: text(''),
  runSearch: text(''),
  runOrder: text('health'),
  runGroup: text(''),
  runMetric: text(''),
  asTable: oneOf<'no' | 'yes'>('no', ['no', 'yes']),
});

/** The settings, and how they come from the address and go into it. */
interface AddressedSettings {
  readonly values: SettingSignals;
  /** Sets every setting from the address; one that is absent or wrong gets its initial value. */
  readonly read: (entries: ReadonlyMap<string, string>) => void;
  /** The entries for the address; initial values are left out. */
  readonly write: () => Map<string, string>;
}

/** Settings for a tab with these views. */
export function createSettings(views: readonly string[]): AddressedSettings {
  const codecs = codecsFor(views);
  const keys = Object.keys(codecs) as (keyof Settings)[];
  const values = Object.fromEntries(
    keys.map((key) => [key, signal(codecs[key].initial)]),
  ) as unknown as SettingSignals;
  const set = <K extends keyof Settings>(key: K, given: string | undefined) => {
    const value = given === undefined ? undefined : codecs[key].parse(given);
    values[key].value = value ?? codecs[key].initial;
  };
  return {
    values,
    read: (entries) => keys.forEach((key) => set(key, entries.get(key))),
    write: () => {
      const changed = keys.filter((key) => values[key].value !== codecs[key].initial);
      return new Map(changed.map((key) => [key, String(values[key].value)]));
    },
  };
}
