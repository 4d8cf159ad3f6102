/** One layer in the overview: its worst finding, its name, its numbers. */

import type {UsualRange} from '../../catalog';
import {px} from '../../components/hooks';
import {rankOf, SEVERITY_TITLES} from '../../data/findings';
import {splitPath} from '../../data/layers';
import type {LayerValues, OverviewRow, OverviewValues} from '../../data/overview';
import {type OverviewColumn, OVERVIEW_COLUMNS} from '../../data/overview_columns';
import {statisticInfo} from '../../data/statistics';
import {isUnusual, usualOf} from '../../data/usual';
import {formatValue} from '../../draw/format';
import {SeverityIcon} from '../../findings/severity';
import type {FoldedRow} from '../../graph/folded';
import {SparklineCell} from '../../plots/sparkline_cell';
import {openFinding} from '../../state/open_finding';
import {useSession} from '../../state/session';
import type {Toggle} from './folding';

interface RowProps {
  readonly row: OverviewRow;
  readonly fold: FoldedRow | undefined;
  readonly toggle: Toggle;
  readonly place: number;
  readonly values: LayerValues | undefined;
  readonly steps: Float64Array | undefined;
  readonly extents: Extents;
  readonly selected: boolean;
}

export function LayerRow(props: RowProps) {
  const {row, fold, toggle, place, values, steps, extents, selected} = props;
  const session = useSession();
  const {layer, series} = row;
  const [prefix, name] = splitPath(layer.path);
  const gradient = series.get('gradient.l2')?.values;
  const variables = layer.variables.map(({path}) => path);
  return (
    <tr
      class={selected ? 'selected' : ''}
      aria-selected={selected}
      aria-rowindex={place + 2}
      data-testid="layer-row"
      data-layer={layer.path}
      onClick={() => (session.settings.layer.value = layer.path)}
    >
      <th scope="row" style={indent(fold)} title={`${layer.path}, ${layer.info.class_name}`}>
        {fold && fold.inside.length > 0 && <FoldButton fold={fold} toggle={toggle} />}
        <FindingMark path={layer.path} inside={fold?.open ? undefined : fold?.inside} />
        <span class="prefix">{prefix}</span>
        <span class="name">{name}</span>
        <span class="class-name">{layer.info.class_name}</span>
      </th>
      {OVERVIEW_COLUMNS.flatMap((column) => [
        <NumberCell
          key={column.key}
          column={column}
          value={values?.get(column.key)}
          extent={extents.get(column.key)}
          usual={usualOf(column.key, variables)}
        />,
        ...(column.key === 'gradient.l2'
          ? [<SparklineCell key="trend" values={gradient} steps={steps} />]
          : []),
      ])}
    </tr>
  );
}

/** A step to the right for each block around it. */
export const indent = (fold: FoldedRow | undefined) =>
  fold?.depth ? {paddingLeft: px(8 + 14 * Math.min(fold.depth, DEEPEST))} : undefined;

const DEEPEST = 4; // steps; deeper blocks are as far to the right

export function FoldButton({fold: {path, open}, toggle}: {fold: FoldedRow; toggle: Toggle}) {
  return (
    <button
      type="button"
      class="fold"
      aria-expanded={open}
      aria-label={`${open ? 'Close' : 'Open'} ${path}`}
      data-testid="fold"
      onClick={(event) => {
        event.stopPropagation();
        toggle(path);
      }}
    >
      {open ? '▾' : '▸'}
    </button>
  );
}

interface MarkProps {
  readonly path: string;
  /** Of a closed block, the layers inside it. */
  readonly inside?: readonly string[] | undefined;
}

/** The worst finding of a layer or a block; a click opens it. */
export function FindingMark({path, inside = []}: MarkProps) {
  const session = useSession();
  const found = session.layerFindings.value;
  const findings = [...new Set([path, ...inside].flatMap((each) => found.get(each) ?? []))];
  if (!findings.length) return null;
  findings.sort((a, b) => rankOf(b) - rankOf(a));
  const [worst] = findings;
  const titles = findings.map(({severity, title}) => `${SEVERITY_TITLES[severity]}: ${title}`);
  return (
    <button
      type="button"
      class="finding-mark"
      title={titles.join('\n')}
      aria-label={titles.join('. ')}
      data-testid="layer-finding"
      data-severity={worst.severity}
      onClick={(event) => {
        event.stopPropagation();
        openFinding(session, 'a', worst);
      }}
    >
      <SeverityIcon severity={worst.severity} />
    </button>
  );
}

interface CellProps {
  readonly column: OverviewColumn;
  readonly value: number | undefined;
  readonly extent: readonly [number, number] | undefined;
  readonly usual?: UsualRange | undefined;
}

export function NumberCell({column, value, extent, usual}: CellProps) {
  const {format} = statisticInfo(column.statistic);
  const bad = value !== undefined && !Number.isFinite(value);
  const short = format !== 'number' ? 'short' : '';
  return (
    <td
      class={`number ${short} ${bad ? 'alarm' : ''} ${value === undefined ? 'missing' : ''} ${isUnusual(usual, value) ? 'unusual' : ''}`}
      data-statistic={column.key}
      data-usual={usual?.words}
      data-value={value ?? ''}
    >
      {extent && value !== undefined && <Bar column={column} value={value} extent={extent} />}
      <span>{value === undefined ? '–' : formatValue(value, format)}</span>
    </td>
  );
}

interface BarProps {
  readonly column: OverviewColumn;
  readonly value: number;
  readonly extent: readonly [number, number];
}

/** A fraction fills the cell from 0 to 100 %; a norm spans the layers' range on a log scale. */
function Bar({column, value, extent: [low, high]}: BarProps) {
  const isFraction = statisticInfo(column.statistic).format === 'percent';
  const fill = isFraction ? value : Math.log(value / low) / Math.log(high / low);
  if (!Number.isFinite(fill)) return null;
  const width = isFraction ? 100 * fill : 4 + 96 * Math.max(0, Math.min(1, fill));
  const kind = column.statistic === 'dead_fraction' ? 'bar dead' : 'bar';
  // Cut rather than narrowed, which would need a layout.
  return <i class={kind} style={{clipPath: `inset(0 ${100 - width}% 0 0 round 2px)`}} />;
}

export type Extents = ReadonlyMap<string, readonly [number, number]>;

const WITH_BARS = ['gradient.l2', 'update.ratio'];
const FRACTIONS = ['activation.zero_fraction', 'activation.dead_fraction'];

export function columnExtents(rows: readonly OverviewRow[], values: OverviewValues): Extents {
  const extents = new Map<string, readonly [number, number]>();
  for (const key of WITH_BARS) {
    const numbers = rows
      .map((row) => values.get(row.layer.path)?.get(key) ?? NaN)
      .filter((value) => Number.isFinite(value) && value > 0);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    if (high > low) extents.set(key, [low, high]);
  }
  for (const key of FRACTIONS) extents.set(key, [0, 1]);
  return extents;
}
