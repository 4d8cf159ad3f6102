/** What a lower precision would lose (docs/http_api.md, `precision`). */

import {type Query, json, query} from './queries';

export interface PrecisionRow {
  readonly kind: string;
  readonly name: string;
  readonly underflow: number;
  readonly overflow: number;
  /** Null where it does not apply. */
  readonly swallowed: number | null;
}

export interface PrecisionForecast {
  readonly precision: string;
  readonly loss_scale: number;
  readonly rows: readonly PrecisionRow[];
}

export function precisionQuery(
  run: string,
  precision: string,
  scaled: boolean,
): Query<PrecisionForecast> {
  const url = `precision?${query({run, precision, loss_scaling: scaled ? 1 : 0})}`;
  return {url, decode: json<PrecisionForecast>, patient: true};
}
