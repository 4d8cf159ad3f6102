import {describe, expect, it} from 'vitest';
import type {Table} from '../api/types';
import type {Layer} from './layers';
import {layerSeries, type OverviewRow, overviewRows, valuesAt} from './overview';
import {OVERVIEW_COLUMNS} from './overview_columns';
import {orderRows} from './overview_order';
import {tableRow} from './tables';

function table(kind: string, rows: Record<string, Record<string, number[]>>): Table {
  const names = Object.keys(rows);
  const statistics = Object.keys(rows[names[0]]);
  const columns = rows[names[0]][statistics[0]].length;
  const steps = Float64Array.from({length: columns}, (_, i) => i * 10);
  return {
    kind,
    names,
    steps,
    firstSteps: steps,
    samples: columns,
    definitions: {},
    values: new Map(
      statistics.map((statistic) => [
        `${statistic}/last`,
        Float32Array.from(names.flatMap((name) => rows[name][statistic])),
      ]),
    ),
  };
}

function layer(path: string, variables: string[], sites: string[] = [path]): Layer {
  return {
    path,
    info: {path} as Layer['info'],
    variables: variables.map((name) => ({
      path: `${path}/${name}`,
    })) as unknown as Layer['variables'],
    sites: sites.map((name) => ({name})) as unknown as Layer['sites'],
  };
}

const column = (key: string) => OVERVIEW_COLUMNS.find((item) => item.key === key)!;

describe('layerSeries', () => {
  const tables = new Map([
    ['gradient', table('gradient', {'a/kernel': {l2: [3, NaN]}, 'a/bias': {l2: [4, 1]}})],
    ['update', table('update', {'a/kernel': {l2: [3, 0]}, 'a/bias': {l2: [4, 0]}})],
    ['weight', table('weight', {'a/kernel': {l2: [6, 5]}, 'a/bias': {l2: [8, 0]}})],
    ['activation', table('activation', {a: {mean: [1, 2]}, 'a:1': {mean: [8, 9]}})],
  ]);
  const a = layer('a', ['kernel', 'bias'], ['a', 'a:1']);

  it('joins the norms of a layer’s variables, and NaN stays NaN', () => {
    expect([...layerSeries(tables, a, column('gradient.l2'))!.values]).toEqual([5, NaN]);
  });
  it('divides the joint update by the joint weights', () => {
    expect([...layerSeries(tables, a, column('update.ratio'))!.values]).toEqual([0.5, 0]);
  });
  it('has no update ratio where the weights are zero and the update is finite', () => {
    const zero = new Map([
      ['update', table('update', {'a/bias': {l2: [1, 0, NaN, 2]}})],
      ['weight', table('weight', {'a/bias': {l2: [0, 0, 0, 4]}})],
    ]);
    const rows = overviewRows(zero, [layer('a', ['bias'])]);
    const ratios = [0, 1, 2, 3].map((at) => valuesAt(rows, at).get('a')!.get('update.ratio'));
    expect(ratios).toEqual([undefined, undefined, NaN, 0.5]);
  });
  it('has no fraction of dead units of an output whose units cannot die', () => {
    const outputs = new Map([
      ['activation', table('activation', {a: {mean: [NaN], dead_fraction: [NaN]}})],
    ]);
    const values = valuesAt(overviewRows(outputs, [layer('a', [])]), 0).get('a')!;
    expect(values.has('activation.dead_fraction')).toBe(false);
    expect(values.get('activation.mean')).toBeNaN();
  });
  it('takes the output of the first call', () => {
    expect([...layerSeries(tables, a, column('activation.mean'))!.values]).toEqual([1, 2]);
  });
  it('is nothing where nothing is recorded', () => {
    expect(layerSeries(tables, layer('b', []), column('gradient.l2'))).toBeUndefined();
    expect(layerSeries(new Map(), a, column('activation.mean'))).toBeUndefined();
  });
});

function row(path: string, gradient: number, dead = NaN): OverviewRow {
  return {
    layer: layer(path, []),
    series: new Map([
      ['gradient.l2', {values: Float32Array.of(gradient), isMissing: () => false}],
      [
        'activation.dead_fraction',
        {values: Float32Array.of(dead), isMissing: () => Number.isNaN(dead)},
      ],
    ]),
  };
}
const names = (rows: OverviewRow[]) => rows.map((item) => item.layer.path).join(' ');

describe('orderRows', () => {
  const rows = [
    row('fine', 1, 0),
    row('dying', 0.9, 0.4),
    row('broken', NaN, 0),
    row('tiny', 1e-5, 0),
    row('plain', 1.1),
  ];
  const at = valuesAt(rows, 0);
  it('keeps the model order', () => {
    expect(names(orderRows(rows, 'model', at))).toBe('fine dying broken tiny plain');
  });
  it('puts what is not finite first, then what is farthest off', () => {
    expect(names(orderRows(rows, 'worst', at))).toBe('broken tiny dying fine plain');
  });
  it('sorts by a column both ways, missing values last, NaN as the largest', () => {
    expect(names(orderRows(rows, 'gradient.l2', at))).toBe('tiny dying fine plain broken');
    expect(names(orderRows(rows, '-gradient.l2', at))).toBe('broken plain fine dying tiny');
    expect(names(orderRows(rows, '-activation.dead_fraction', at))).toBe(
      'dying fine broken tiny plain',
    );
  });
});

describe('valuesAt', () => {
  it('tells "does not apply" from a number gone bad', () => {
    const values = valuesAt([row('a', NaN)], 0).get('a')!;
    expect(values.get('gradient.l2')).toBeNaN();
    expect(values.has('activation.dead_fraction')).toBe(false);
    expect(values.has('weight.l2')).toBe(false);
  });
  it('is empty where there is no such column', () => {
    expect(valuesAt([row('a', 1)], -1).get('a')?.size).toBe(0);
  });
});

describe('overviewRows', () => {
  it('has a row for each layer, whatever is recorded', () => {
    expect(overviewRows(new Map(), [layer('a', ['kernel'])])[0].series.size).toBe(0);
  });
});

describe('tableRow', () => {
  const gradients = table('gradient', {a: {l2: [1, 2]}, b: {l2: [3, 4]}});

  it('gives a row, and none for what is not there', () => {
    expect(tableRow(gradients, 'b', 'l2')).toEqual(Float32Array.of(3, 4));
    expect(tableRow(gradients, 'c', 'l2')).toBeUndefined();
    expect(tableRow(gradients, 'a', 'mean')).toBeUndefined();
  });

  it('gives the same object each time, so that what is drawn from it is drawn once', () => {
    expect(tableRow(gradients, 'a', 'l2')).toBe(tableRow(gradients, 'a', 'l2'));
  });
});
