/** The columns of the overview, and what to ask for to fill them. */

import {KINDS, STATISTICS} from '../catalog';

export interface OverviewColumn {
  /** `<kind>.<statistic>`. */
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly statistic: string;
  readonly definition: string;
}

const COLUMNS: readonly Omit<OverviewColumn, 'key'>[] = [
  {
    title: KINDS.gradient.title,
    kind: 'gradient',
    statistic: 'l2',
    definition: 'L2 norm of the gradient of all trainable variables of the layer together.',
  },
  {
    title: 'Weights',
    kind: 'weight',
    statistic: 'l2',
    definition: 'L2 norm of all trainable variables of the layer together.',
  },
  {
    title: STATISTICS.ratio.title,
    kind: 'update',
    statistic: 'ratio',
    definition:
      'L2 norm of the step’s change of the layer’s variables, divided by the L2 norm of the variables.',
  },
  {
    title: `Output ${STATISTICS.mean.short}`,
    kind: 'activation',
    statistic: 'mean',
    definition: 'Mean of the layer’s output over the batch.',
  },
  {
    title: `Output ${STATISTICS.std.short}`,
    kind: 'activation',
    statistic: 'std',
    definition: 'Standard deviation of the layer’s output over the batch.',
  },
  {
    title: STATISTICS.zero_fraction.title,
    kind: 'activation',
    statistic: 'zero_fraction',
    definition: 'Fraction of the layer’s output that is exactly zero in this batch.',
  },
  {
    title: STATISTICS.dead_fraction.title,
    kind: 'activation',
    statistic: 'dead_fraction',
    definition:
      'Fraction of units that were zero for every input of the window of sampled batches.',
  },
  {
    title: 'Rank',
    kind: 'representation',
    statistic: 'effective_rank',
    definition:
      'Effective rank: directions that hold 99 % of the variance of the output over the probe samples, at the newest snapshot.',
  },
];

export const OVERVIEW_COLUMNS: readonly OverviewColumn[] = COLUMNS.map((column) => ({
  ...column,
  key: `${column.kind}.${column.statistic}`,
}));

/** What to ask for, by kind: a quotient over all variables of a layer is that of their norms. */
export const OVERVIEW_STATISTICS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  OVERVIEW_COLUMNS.map(({kind}) => [
    kind,
    OVERVIEW_COLUMNS.filter((column) => column.kind === kind).map(({statistic}) =>
      STATISTICS[statistic].divisor ? 'l2' : statistic,
    ),
  ]),
);
