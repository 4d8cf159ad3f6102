/** One number of all variables over the run, or their weights as a picture. */

import {useMemo} from 'preact/hooks';
import type {Table} from '../../api/types';
import {STATISTICS} from '../../catalog';
import {Choice} from '../../components/controls';
import {NotRecorded} from '../../components/states';
import {splitPath} from '../../data/layers';
import {type Tables, isMissing, tableRow} from '../../data/tables';
import type {Line} from '../../plots/chart';
import {Track} from '../../plots/track';
import {useSession} from '../../state/session';
import type {WeightCurve} from '../../state/settings';
import {KernelPicture} from './kernel_picture';
import {type WeightRow, growthSeries} from './weight_rows';
import {COLUMNS} from './weights_table';

interface CurveInfo {
  readonly title: string;
  readonly kind: string;
  readonly statistic: string;
  readonly definition: string;
}

const DEFINITIONS = Object.fromEntries(COLUMNS.map(([column, , text]) => [column, text]));

const CURVES: Readonly<Record<Exclude<WeightCurve, 'picture'>, CurveInfo>> = {
  ratio: {
    title: STATISTICS.ratio.title,
    kind: 'update',
    statistic: 'ratio',
    definition: DEFINITIONS.ratio,
  },
  growth: {
    title: 'Norm since start',
    kind: 'weight',
    statistic: 'l2',
    definition: DEFINITIONS.growth,
  },
  norm: {
    title: STATISTICS.l2.title,
    kind: 'weight',
    statistic: 'l2',
    definition: DEFINITIONS.norm,
  },
};

const MOST_LINES = 200; // beyond that, lines of other layers are left out

export function Curves({rows, tables}: {rows: readonly WeightRow[]; tables: Tables}) {
  const session = useSession();
  const {weightCurve} = session.settings;
  const isPicture = weightCurve.value === 'picture';
  const curve = weightCurve.value === 'picture' ? 'ratio' : weightCurve.value;
  const {title, kind, definition} = CURVES[curve];
  const table = tables.get(kind);
  const layer = session.layer.value;
  const lines = useMemo(
    () => (table ? linesOf(table, rows, curve, layer?.path) : []),
    [table, rows.map(({variable}) => variable.path).join('\n'), curve, layer],
  );
  const own = lines.filter((line) => line.colour !== 'line-other');
  return (
    <div class={`weight-curves ${isPicture ? 'picture' : ''}`}>
      <div class="view-bar">
        <Choice<WeightCurve>
          label="Curves"
          testId="weight-curve"
          value={weightCurve.value}
          options={[
            ['ratio', CURVES.ratio.title, CURVES.ratio.definition],
            ['growth', 'Growth', CURVES.growth.definition],
            ['norm', 'Norm', CURVES.norm.definition],
            ['picture', 'Picture', 'The weights themselves, at the newest snapshot'],
          ]}
          onChange={(next) => (weightCurve.value = next)}
        />
        {!isPicture && (
          <span class="quiet">all variables in grey, the selected layer’s in colour</span>
        )}
      </div>
      {isPicture ? (
        <KernelPicture />
      ) : table ? (
        <Track
          title={`${title}${layer ? ` · ${layer.path}` : ''}`}
          definition={definition}
          steps={table.steps}
          lines={lines}
          readings={own}
          log
          format="number"
          label={`${title} of ${lines.length} variables over the run`}
        />
      ) : (
        <NotRecorded
          what={`${kind === 'update' ? 'Updates' : 'Weights'} are not recorded in this run`}
          how={`Record them with InspectCallback(record={"${kind}s": True}).`}
        />
      )}
    </div>
  );
}

function linesOf(
  table: Table,
  rows: readonly WeightRow[],
  curve: Exclude<WeightCurve, 'picture'>,
  layer: string | undefined,
): Line[] {
  const {statistic} = CURVES[curve];
  const line = (name: string): Line[] => {
    const values = tableRow(table, name, statistic);
    if (!values) return [];
    return [
      {
        name,
        values: curve === 'growth' ? growthSeries(values) : values,
        colour: 'line-other',
        width: 1,
        isMissing: (column) =>
          isMissing(table, name, statistic, column) || (curve === 'growth' && values[column] === 0),
      },
    ];
  };
  const names = rows.map(({variable}) => variable.path);
  const own = names.filter((name) => splitPath(name)[0] === `${layer}/`);
  const others = names.filter((name) => !own.includes(name)).slice(0, MOST_LINES);
  return [
    ...others.flatMap(line),
    ...own.flatMap(line).map((each, index) => ({
      ...each,
      name: splitPath(each.name)[1],
      colour: `series-${(index % 4) + 1}`,
      width: 2,
    })),
  ];
}
