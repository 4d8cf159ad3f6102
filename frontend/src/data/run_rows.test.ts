import {describe, expect, it} from 'vitest';
import type {RunSummary} from '../api/summaries';
import {
  HEALTH_COLUMN,
  NAME,
  groupRuns,
  healthCounts,
  isGroup,
  logNames,
  medianOf,
  runColumns,
  searchRuns,
  sortRuns,
} from './run_rows';

function run(name: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    name,
    health: 'healthy',
    healthText: 'healthy',
    verdict: '',
    worst: null,
    epochs: 1,
    loss: undefined,
    logs: new Map(),
    learningRate: undefined,
    seconds: undefined,
    updated: 0,
    configuration: new Map(),
    curveSteps: new Float64Array(),
    curve: new Float32Array(),
    ...more,
  };
}

const names = (runs: readonly RunSummary[]) => runs.map(({name}) => name);
const ANSWER = {runs: [], differing: ['optimizer', 'units'], metric: 'val_accuracy'};
const COLUMNS = [NAME, HEALTH_COLUMN, ...runColumns(ANSWER, 'val_accuracy')];

describe('sortRuns', () => {
  it('puts the worst health first, then names in natural order', () => {
    const runs = [
      run('t10'),
      run('t2'),
      run('x', {health: 'recovered'}),
      run('y', {health: 'error'}),
    ];
    expect(names(sortRuns(runs, COLUMNS, 'health'))).toEqual(['y', 'x', 't2', 't10']);
    expect(names(sortRuns(runs, COLUMNS, '-name'))).toEqual(['y', 'x', 't10', 't2']);
  });

  it('keeps what is not finite and what was not recorded last, both ways', () => {
    const runs = [run('a', {loss: 2}), run('b'), run('c', {loss: NaN}), run('d', {loss: 1})];
    expect(names(sortRuns(runs, COLUMNS, 'loss'))).toEqual(['d', 'a', 'c', 'b']);
    expect(names(sortRuns(runs, COLUMNS, '-loss'))).toEqual(['a', 'd', 'c', 'b']);
  });

  it('sorts by a log and by a setting, numbers before texts', () => {
    const runs = [
      run('a', {
        logs: new Map([['val_accuracy', 0.9]]),
        configuration: new Map([['units', 'auto']]),
      }),
      run('b', {logs: new Map([['val_accuracy', 0.1]]), configuration: new Map([['units', 64]])}),
    ];
    expect(names(sortRuns(runs, COLUMNS, '-val_accuracy'))).toEqual(['a', 'b']);
    expect(names(sortRuns(runs, COLUMNS, 'units'))).toEqual(['b', 'a']);
  });

  it('takes an unknown column of an address for the health', () => {
    const runs = [run('a'), run('b', {health: 'error'})];
    expect(names(sortRuns(runs, COLUMNS, '__proto__'))).toEqual(['b', 'a']);
  });
});

describe('searchRuns', () => {
  const runs = [
    run('search/trial_1', {configuration: new Map([['optimizer', 'Adam']])}),
    run('search/trial_2', {healthText: 'dead ReLU units since step 20'}),
  ];
  it.each([
    ['adam', ['search/trial_1']],
    ['DEAD relu', ['search/trial_2']],
    ['trial optimizer=adam', ['search/trial_1']],
    ['adam dead', []],
    ['  ', ['search/trial_1', 'search/trial_2']],
  ])('finds each word of %j in names, health and settings', (search, found) => {
    expect(names(searchRuns(runs, search))).toEqual(found);
  });
});

describe('groupRuns', () => {
  it('has a row for each value in order, then its runs in theirs', () => {
    const runs = [run('c', {configuration: new Map([['units', 128]])}), run('a'), run('b')].map(
      (item) => (item.name === 'b' ? run('b', {configuration: new Map([['units', 64]])}) : item),
    );
    const rows = groupRuns(runs, 'units');
    expect(rows.map((row) => (isGroup(row) ? row.value : row.name))).toEqual([
      64,
      'b',
      128,
      'c',
      undefined,
      'a',
    ]);
  });
});

describe('what is said of several runs', () => {
  it('counts each health, the worst first', () => {
    const runs = [run('a'), run('b', {health: 'error'}), run('c')];
    expect(healthCounts(runs)).toEqual([
      ['error', 1],
      ['healthy', 2],
    ]);
  });
  it('has the median of what is finite', () => {
    expect(medianOf([3, NaN, 1, undefined])).toBe(2);
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([NaN])).toBeUndefined();
  });
  it('lists the logs but the loss, which has a column', () => {
    const logs = new Map([
      ['loss', 1],
      ['val_loss', 2],
    ]);
    expect(logNames([run('a', {logs}), run('b')])).toEqual(['val_loss']);
  });
});
