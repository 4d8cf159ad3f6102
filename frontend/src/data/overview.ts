/** The numbers of the overview: one row per layer, from the tables of its variables and outputs. Pure. */

import type {Table} from '../api/types';
import {bandEnd, sampleAt} from '../draw/time_scale';
import type {Layer} from './layers';
import {OVERVIEW_COLUMNS, type OverviewColumn} from './overview_columns';
import {statisticInfo} from './statistics';
import {isMissing, tableRow, type Tables} from './tables';

/** One number of a layer over time. */
export interface LayerSeries {
  /** One value for each column of the table. */
  readonly values: Float32Array;
  /** Whether a NaN at a column means "does not apply" rather than a number that went bad. */
  readonly isMissing: (column: number) => boolean;
}

export interface OverviewRow {
  readonly layer: Layer;
  /** By column key; absent where nothing is recorded. */
  readonly series: ReadonlyMap<string, LayerSeries>;
}

export function overviewRows(tables: Tables, layers: readonly Layer[]): OverviewRow[] {
  return layers.map((layer) => {
    const series = new Map<string, LayerSeries>();
    for (const column of OVERVIEW_COLUMNS) {
      const found = layerSeries(tables, layer, column);
      if (found) series.set(column.key, found);
    }
    return {layer, series};
  });
}

/** A column's values over time for one layer, or undefined where the layer has none recorded. */
export function layerSeries(
  tables: Tables,
  layer: Layer,
  {kind, statistic}: OverviewColumn,
): LayerSeries | undefined {
  if (kind === 'activation') return outputSeries(tables.get(kind), layer, statistic);
  if (kind === 'representation') return plain(rankSeries(tables, layer));
  const {divisor} = statisticInfo(statistic);
  if (divisor) return quotientSeries(tables, layer, kind, divisor);
  return plain(layerNorm(tables.get(kind), layer));
}

const plain = (values: Float32Array | undefined): LayerSeries | undefined =>
  values && {values, isMissing: () => false};

/** Of the output of the first call. */
function outputSeries(
  table: Table | undefined,
  {sites: [site]}: Layer,
  statistic: string,
): LayerSeries | undefined {
  const values = site && table && tableRow(table, site.name, statistic);
  if (!values) return undefined;
  return {values, isMissing: (column) => isMissing(table, site.name, statistic, column)};
}

/** Like the quotient of one variable, it does not apply where a finite norm is divided by zero. */
function quotientSeries(
  tables: Tables,
  layer: Layer,
  kind: string,
  divisor: string,
): LayerSeries | undefined {
  const above = layerNorm(tables.get(kind), layer);
  const below = layerNorm(tables.get(divisor), layer);
  if (!above || !below) return undefined;
  return {
    values: above.map((value, column) => (below[column] === 0 ? NaN : value / below[column])),
    isMissing: (column) => below[column] === 0 && Number.isFinite(above[column]),
  };
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

/** Values of one layer by column key; absent where nothing is recorded or it does not apply. */
export type LayerValues = ReadonlyMap<string, number>;
/** By the layer's path. */
export type OverviewValues = ReadonlyMap<string, LayerValues>;

/** The rows' values at one column of their series. */
export function valuesAt(rows: readonly OverviewRow[], column: number): OverviewValues {
  return new Map(
    rows.map(({layer, series}) => {
      const values = new Map<string, number>();
      for (const [key, {values: numbers, isMissing: missing}] of series) {
        const value = numbers[column] as number | undefined;
        if (value !== undefined && !missing(column)) values.set(key, value);
      }
      return [layer.path, values];
    }),
  );
}

/** One column, by path. */
export function columnOf(values: OverviewValues, key: string): Map<string, number> {
  const numbers = [...values].map(([path, layer]) => [path, layer.get(key)] as const);
  return new Map(numbers.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** How the numbers of a column become that of a block: of fractions the largest, of others the mean. */
export const blockRule = ({statistic}: OverviewColumn) =>
  statisticInfo(statistic).format === 'percent' ? 'largest' : 'mean';
