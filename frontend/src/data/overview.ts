/** The numbers of the overview: one row a layer, from the tables of its variables and outputs. Pure. */

import type {Table} from '../api/types';
import {valuesKey} from '../api/queries';
import {bandEnd, sampleAt} from '../draw/time_scale';
import type {Layer} from './layers';
import {statisticInfo} from './statistics';

/** Tables by kind; a kind that is not recorded or not loaded is absent. */
export type Tables = ReadonlyMap<string, Table>;

export interface OverviewColumn {
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly statistic: string;
  readonly definition: string;
}

export const OVERVIEW_COLUMNS: readonly OverviewColumn[] = [
  {
    key: 'gradient.l2',
    title: 'Gradient',
    kind: 'gradient',
    statistic: 'l2',
    definition: 'L2 norm of the gradient of all trainable variables of the layer together.',
  },
  {
    key: 'weight.l2',
    title: 'Weights',
    kind: 'weight',
    statistic: 'l2',
    definition: 'L2 norm of all trainable variables of the layer together.',
  },
  {
    key: 'update.ratio',
    title: 'Update ratio',
    kind: 'update',
    statistic: 'ratio',
    definition:
      'L2 norm of the step’s change of the layer’s variables, divided by the L2 norm of the variables.',
  },
  {
    key: 'activation.mean',
    title: 'Output mean',
    kind: 'activation',
    statistic: 'mean',
    definition: 'Mean of the layer’s output over the batch.',
  },
  {
    key: 'activation.std',
    title: 'Output std',
    kind: 'activation',
    statistic: 'std',
    definition: 'Standard deviation of the layer’s output over the batch.',
  },
  {
    key: 'activation.zero_fraction',
    title: 'Zeros',
    kind: 'activation',
    statistic: 'zero_fraction',
    definition: 'Share of the layer’s output that is exactly zero in this batch.',
  },
  {
    key: 'activation.dead_fraction',
    title: 'Dead units',
    kind: 'activation',
    statistic: 'dead_fraction',
    definition: 'Share of units that were zero for every input of the window of sampled batches.',
  },
  {
    key: 'representation.effective_rank',
    title: 'Rank',
    kind: 'representation',
    statistic: 'effective_rank',
    definition:
      'Effective rank: directions that hold 99 % of the variance of the output over the probe samples, at the newest snapshot.',
  },
];

/** What to ask for, by kind. */
export const OVERVIEW_STATISTICS: Readonly<Record<string, readonly string[]>> = {
  gradient: ['l2'],
  weight: ['l2'],
  update: ['l2'],
  activation: ['mean', 'std', 'zero_fraction', 'dead_fraction'],
  representation: ['effective_rank'],
};

/**
 * A column's values over time for one layer.
 *
 * Returns: one value a column of the table, or undefined where the layer has none recorded.
 */
export function layerSeries(
  tables: Tables,
  layer: Layer,
  column: OverviewColumn,
): Float32Array | undefined {
  if (column.kind === 'activation') {
    const site = layer.sites[0];
    const table = tables.get('activation');
    return site && table && tableRow(table, site.name, column.statistic);
  }
  if (column.kind === 'representation') return rankSeries(tables, layer);
  if (column.key !== 'update.ratio') return layerNorm(tables.get(column.kind), layer);
  const update = layerNorm(tables.get('update'), layer);
  const weight = layerNorm(tables.get('weight'), layer);
  return update && weight && update.map((value, index) => value / weight[index]);
}

/** Snapshots are fewer than samples: at each sample the newest one before the next sample counts. */
function rankSeries(tables: Tables, layer: Layer): Float32Array | undefined {
  const table = tables.get('representation');
  const [site] = layer.sites;
  const ranks = site && table && tableRow(table, site.name, 'effective_rank');
  const [samples] = [...tables.values()].filter(({kind}) => kind !== 'representation');
  if (!ranks || !samples) return undefined;
  return Float32Array.from(
    samples.steps,
    (_, column) => ranks[sampleAt(table.steps, bandEnd(samples.steps, column))],
  );
}

/** Norm over all variables of the layer: the root of the sum of the squared norms. */
function layerNorm(table: Table | undefined, layer: Layer): Float32Array | undefined {
  if (!table) return undefined;
  const rows = layer.variables.flatMap((variable) => tableRow(table, variable.path, 'l2') ?? []);
  if (rows.length < 2) return rows[0];
  return Float32Array.from(table.steps, (_, index) => Math.hypot(...rows.map((row) => row[index])));
}

/** One row of one statistic, always the same object, or undefined where there is no such row. */
export function tableRow(table: Table, name: string, statistic: string): Float32Array | undefined {
  const known = ROWS.get(table) ?? new Map<string, Rows>();
  if (!known.size) ROWS.set(table, known);
  const rows = known.get(statistic) ?? rowsOf(table, statistic);
  known.set(statistic, rows);
  return rows.get(name);
}

type Rows = ReadonlyMap<string, Float32Array>;
const ROWS = new WeakMap<Table, Map<string, Rows>>();

function rowsOf({names, steps, values}: Table, statistic: string): Rows {
  const all = values.get(valuesKey(statistic));
  const columns = steps.length;
  const rows = new Map<string, Float32Array>();
  // Backwards: of a name that comes twice, the first row counts.
  for (let row = all ? names.length - 1 : -1; row >= 0; row--) {
    rows.set(names[row], all!.subarray(row * columns, (row + 1) * columns));
  }
  return rows;
}

/**
 * Whether a NaN of a row stands for "does not apply" rather than for a number gone bad.
 *
 * A share of dead units does not apply to a layer that cannot die; an update ratio does not to weights
 * that are all zero, where the update itself is finite.
 */
export function isMissing(table: Table, name: string, statistic: string, column: number): boolean {
  if (!statisticInfo(statistic).nanIsMissing) return false;
  if (!Number.isNaN(tableRow(table, name, statistic)?.[column])) return false;
  return statistic !== 'ratio' || Number.isFinite(tableRow(table, name, 'l2')?.[column] ?? 0);
}

export interface OverviewRow {
  readonly layer: Layer;
  /** Series by column key. */
  readonly series: ReadonlyMap<string, Float32Array>;
}

export function overviewRows(tables: Tables, layers: readonly Layer[]): OverviewRow[] {
  return layers.map((layer) => {
    const series = new Map<string, Float32Array>();
    for (const column of OVERVIEW_COLUMNS) {
      const values = layerSeries(tables, layer, column);
      if (values) series.set(column.key, values);
    }
    return {layer, series};
  });
}

/** Values of one layer by column key; absent where nothing is recorded or it does not apply. */
export type LayerValues = ReadonlyMap<string, number>;
/** By the layer's path. */
export type OverviewValues = ReadonlyMap<string, LayerValues>;

/** The rows' values at one column of their series. */
export function valuesAt(rows: readonly OverviewRow[], index: number): OverviewValues {
  return new Map(
    rows.map(({layer, series}) => {
      const values = [...series].map(([key, numbers]) => [key, numbers[index]] as const);
      return [layer.path, new Map(values.filter(([key, value]) => applies(key, value)))];
    }),
  );
}

function applies(key: string, value: number | undefined): boolean {
  if (value === undefined) return false;
  return key !== 'activation.dead_fraction' || !Number.isNaN(value);
}

/**
 * Rows in the order asked for: `model`, `worst`, or a column's key (`-` ahead for largest first).
 *
 * Worst first: what findings concern, by their severity (`severity` of a path: 0 for none); of the
 * others what is not finite, then the larger of the share of dead units and of how far the
 * gradient lies below the layers' median, six orders of magnitude counting as much as all dead.
 */
export function orderRows(
  rows: readonly OverviewRow[],
  order: string,
  values: OverviewValues,
  severity: (path: string) => number = () => 0,
): OverviewRow[] {
  if (order === 'model') return [...rows];
  const of = (row: OverviewRow) => values.get(row.layer.path) ?? new Map<string, number>();
  if (order === 'worst') {
    const median = medianGradient(values);
    return sortBy(rows, (row) => {
      const rank = severity(row.layer.path);
      return -(rank ? 1 + rank : Math.min(badness(of(row), median), NOT_FINITE));
    });
  }
  const descending = order.startsWith('-');
  const key = descending ? order.slice(1) : order;
  // What is not finite is the largest; what is not recorded comes last either way.
  return sortBy(rows, (row) => {
    const value = of(row).get(key);
    if (value === undefined) return Infinity;
    const rank = Number.isFinite(value) ? value : Number.MAX_VALUE;
    return descending ? -rank : rank;
  });
}

const DECADES_LIKE_DEAD = 6;
const NOT_FINITE = 2.5; // worse than a note, which counts 2, and than any share

function badness(values: LayerValues, median: number): number {
  if ([...values.values()].some((value) => !Number.isFinite(value))) return Infinity;
  const gradient = values.get('gradient.l2');
  const dead = values.get('activation.dead_fraction') ?? 0;
  if (gradient === undefined || !(median > 0)) return dead;
  const decades = gradient > 0 ? Math.log10(median / gradient) : DECADES_LIKE_DEAD;
  return Math.max(dead, Math.min(1, decades / DECADES_LIKE_DEAD));
}

function medianGradient(values: OverviewValues): number {
  const gradients = [...values.values()]
    .map((layer) => layer.get('gradient.l2') ?? NaN)
    .filter((value) => value > 0 && Number.isFinite(value))
    .sort((a, b) => a - b);
  return gradients[gradients.length >> 1] ?? NaN;
}

function sortBy(rows: readonly OverviewRow[], key: (row: OverviewRow) => number): OverviewRow[] {
  const keyed = rows.map((row, place) => ({row, place, rank: key(row)}));
  // Equal ranks, infinities among them, stay in model order.
  keyed.sort((a, b) => (a.rank === b.rank ? a.place - b.place : a.rank < b.rank ? -1 : 1));
  return keyed.map(({row}) => row);
}
