/** The rows of the list of runs: its columns, their order, what matches a search, groups. Pure. */

import type {RunSummary, Setting, SummariesAnswer} from '../api/summaries';
import {HEALTH, type Health} from '../catalog';
import {formatAge, formatDuration, formatNumber} from '../draw/format';

export type RunValue = Setting | undefined;

export interface RunColumn {
  /** What the list is sorted by: a number of the run, the name of a log, or a setting. */
  readonly key: string;
  readonly title: string;
  readonly help: string;
  readonly value: (run: RunSummary) => RunValue;
  readonly text: (value: RunValue) => string;
}

export const HEALTHS = Object.keys(HEALTH) as Health[];

const text = (value: RunValue) => {
  if (value === undefined) return '–';
  return typeof value === 'number' ? formatNumber(value) : String(value);
};

export const NAME: RunColumn = {
  key: 'name',
  title: 'Run',
  help: 'Directory of the run, relative to the log directory',
  value: ({name}) => name,
  text,
};

export const HEALTH_COLUMN: RunColumn = {
  key: 'health',
  title: 'Health',
  help: 'The verdict of the diagnosis while the run trained; the worst runs first',
  value: ({health}) => health,
  text,
};

const LOSS: RunColumn = {
  key: 'loss',
  title: 'Loss',
  help: 'Loss of the last epoch; of the last sampled batch where no epoch has ended, or where that batch is later and not finite',
  value: ({loss}) => loss,
  text,
};

const LEARNING_RATE: RunColumn = {
  key: 'learning_rate',
  title: 'Learning rate',
  help: 'That of the last sampled step',
  value: ({learningRate}) => learningRate,
  text,
};

const LAST: readonly RunColumn[] = [
  {
    key: 'epochs',
    title: 'Epochs',
    help: 'Epochs that have ended',
    value: ({epochs}) => epochs,
    text,
  },
  {
    key: 'seconds',
    title: 'Time',
    help: 'From the first to the newest record',
    value: ({seconds}) => seconds,
    text: (value) => (typeof value === 'number' ? formatDuration(value) : '–'),
  },
  {
    key: 'updated',
    title: 'Updated',
    help: 'Age of the newest record',
    value: ({updated}) => updated || undefined,
    text: (value) => (typeof value === 'number' ? formatAge(Date.now() / 1000 - value) : '–'),
  },
];

/** The columns of numbers and settings; `metric` is the log that is shown. */
export function runColumns({differing}: SummariesAnswer, metric: string): RunColumn[] {
  const logged: RunColumn = {
    key: metric,
    title: metric,
    help: 'As Keras logged it last',
    value: ({logs}) => logs.get(metric),
    text,
  };
  const settings = differing.map((name) => ({
    key: name,
    title: name,
    help: 'A hyperparameter or setting in which the runs differ',
    value: ({configuration}: RunSummary) => configuration.get(name),
    text,
  }));
  return [LOSS, ...(metric ? [logged] : []), LEARNING_RATE, ...settings, ...LAST];
}

/** What Keras logged in any of the runs, without the loss, which has a column. */
export function logNames(runs: readonly RunSummary[]): string[] {
  return [...new Set(runs.flatMap(({logs}) => [...logs.keys()]))].filter((name) => name !== 'loss');
}

/** The runs with each word of `search` in their name, health or settings. */
export function searchRuns(runs: readonly RunSummary[], search: string): RunSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    const settings = [...run.configuration].map(([name, value]) => `${name}=${value}`);
    const searched = [run.name, run.health, run.healthText, ...settings].join('\n').toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

const NAMES = new Intl.Collator('en', {numeric: true});

/**
 * The runs in the order of a column, "-" ahead of its key for the largest first. What is not finite or
 * not recorded comes last; equal ones are in the order of their names.
 */
export function sortRuns(
  runs: readonly RunSummary[],
  columns: readonly RunColumn[],
  order: string,
): RunSummary[] {
  const descending = order.startsWith('-');
  const column = columns.find(({key}) => key === (descending ? order.slice(1) : order));
  const {value} = column ?? HEALTH_COLUMN;
  const keyed = runs.map((run) => ({run, key: value(run)}));
  keyed.sort((a, b) => {
    const last = rankOf(a.key) - rankOf(b.key);
    if (last) return last;
    const by = compare(a.key, b.key);
    return (descending ? -by : by) || NAMES.compare(a.run.name, b.run.name);
  });
  return keyed.map(({run}) => run);
}

/** 0 for what has a place in an order, 1 for what is not finite, 2 for what was not recorded. */
function rankOf(value: RunValue): number {
  if (value === undefined) return 2;
  return typeof value === 'number' && !Number.isFinite(value) ? 1 : 0;
}

/** Numbers before texts; a health by its place, the worst first. */
function compare(a: RunValue, b: RunValue): number {
  if (typeof a === 'number' && typeof b === 'number') return rankOf(a) ? 0 : a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  const [first, second] = [HEALTHS.indexOf(a as Health), HEALTHS.indexOf(b as Health)];
  return first >= 0 && second >= 0 ? first - second : NAMES.compare(String(a), String(b));
}

export interface RunGroup {
  /** Of the setting; undefined where it was not recorded. */
  readonly value: RunValue;
  readonly runs: readonly RunSummary[];
}

export type RunRow = RunSummary | RunGroup;

export const isGroup = (row: RunRow): row is RunGroup => 'runs' in row;

/** Each group and then its runs, in the order of the setting's values; the runs keep their order. */
export function groupRuns(runs: readonly RunSummary[], setting: string): RunRow[] {
  const groups = new Map<RunValue, RunSummary[]>();
  for (const run of runs) {
    const value = run.configuration.get(setting);
    groups.set(value, [...(groups.get(value) ?? []), run]);
  }
  const values = [...groups.keys()].sort((a, b) => rankOf(a) - rankOf(b) || compare(a, b));
  return values.flatMap((value) => {
    const members = groups.get(value)!;
    return [{value, runs: members}, ...members];
  });
}

/** How many runs have each health, the worst first, without those that none has. */
export function healthCounts(runs: readonly RunSummary[]): [Health, number][] {
  const count = (health: Health) => runs.filter((run) => run.health === health).length;
  return HEALTHS.map((health): [Health, number] => [health, count(health)]).filter(
    ([, number]) => number > 0,
  );
}

/** The median of what is finite; undefined where nothing is. */
export function medianOf(values: readonly RunValue[]): number | undefined {
  const finite = values.filter((value): value is number => Number.isFinite(value));
  finite.sort((a, b) => a - b);
  const middle = finite.length >> 1;
  if (!finite.length) return undefined;
  return finite.length % 2 ? finite[middle] : (finite[middle - 1] + finite[middle]) / 2;
}
