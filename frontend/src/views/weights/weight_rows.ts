/** A model's variables at one step, and their growth since the first one. Pure. */

import type {VariableInfo} from '../../api/types';
import {type Tables, tableValue, tableRow} from '../../data/tables';

export interface WeightRow {
  readonly variable: VariableInfo;
  readonly elements: number;
  /** Undefined where nothing is recorded, or it does not apply. */
  readonly norm: number | undefined;
  /** The norm divided by its first recorded value that is not zero. */
  readonly growth: number | undefined;
  readonly maxAbs: number | undefined;
  readonly update: number | undefined;
  readonly ratio: number | undefined;
}

/**
 * Rows of the weights' table.
 *
 * Args:
 *   tables: Over time.
 *   exact: Of the shown step alone, where those over time are too coarse to hold it.
 *   column: Of the shown step in `tables`.
 */
export function weightRows(
  variables: readonly VariableInfo[],
  tables: Tables,
  column: number,
  exact?: Tables,
): WeightRow[] {
  const at = (kind: string, name: string, statistic: string) =>
    exact
      ? tableValue(exact.get(kind), name, statistic, 0)
      : tableValue(tables.get(kind), name, statistic, column);
  return variables.map((variable) => {
    const norm = at('weight', variable.path, 'l2');
    const norms = tables.get('weight') && tableRow(tables.get('weight')!, variable.path, 'l2');
    return {
      variable,
      elements: variable.shape.reduce((product, length) => product * length, 1),
      norm,
      growth: growthOf(
        norm,
        norms?.find((value) => value !== 0),
      ),
      maxAbs: at('weight', variable.path, 'max_abs'),
      update: at('update', variable.path, 'l2'),
      ratio: at('update', variable.path, 'ratio'),
    };
  });
}

function growthOf(norm: number | undefined, start: number | undefined): number | undefined {
  return norm === undefined || start === undefined ? undefined : norm / start;
}

/** A row of norms as multiples of its first value that is not zero; NaN before it. */
export function growthSeries(norms: Float32Array): Float32Array {
  const start = norms.find((value) => value !== 0);
  return norms.map((value) => (value === 0 ? NaN : value / (start ?? NaN)));
}
