/** All statistics of a layer's tensors at the shown step. */

import type {Table} from '../api/types';
import type {UsualRange} from '../catalog';
import {type Layer, splitPath} from '../data/layers';
import {statisticInfo, statisticsOf} from '../data/statistics';
import {isUnusual, usualOf, withUsual} from '../data/usual';
import {type Tables, tableValue} from '../data/tables';
import {formatValue} from '../draw/format';
import {sampleAt} from '../draw/time_scale';
import {useSession} from '../state/session';
import {showFullValue} from '../tables/full_value';

const COLUMNS = ['l2', 'mean', 'std', 'max_abs', 'zero_fraction', 'nonfinite_count'];

interface ValuesProps {
  readonly layer: Layer;
  readonly tables: Tables;
}

export function LayerValues({layer, tables}: ValuesProps) {
  return (
    <table class="values" aria-label="Values at the shown step" onPointerOver={showFullValue}>
      <thead>
        <tr>
          <td />
          {COLUMNS.map((statistic) => (
            <th key={statistic} class="number" title={definitionOf(tables, statistic)}>
              {statisticInfo(statistic).short}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      {layer.variables.map((variable) => (
        <tbody key={variable.path}>
          <TensorRows
            title={splitPath(variable.path)[1]}
            name={variable.path}
            kinds={['gradient', 'weight', 'update']}
            tables={tables}
          />
        </tbody>
      ))}
      {layer.sites.map((site) => (
        <tbody key={site.name}>
          <TensorRows
            title={site.name === layer.path ? 'output' : site.name}
            name={site.name}
            kinds={['activation']}
            tables={tables}
          />
        </tbody>
      ))}
    </table>
  );
}

function definitionOf(tables: Tables, statistic: string): string {
  const table: Table | undefined = [...tables.values()][0];
  return table?.definitions[statistic] || statisticInfo(statistic).definition;
}

interface TensorProps {
  readonly title: string;
  readonly name: string;
  readonly kinds: readonly string[];
  readonly tables: Tables;
}

function TensorRows({title, name, kinds, tables}: TensorProps) {
  const recorded = kinds.filter((kind) => tables.get(kind)?.names.includes(name));
  if (!recorded.length) {
    return (
      <tr>
        <th scope="row">{title}</th>
        <td colSpan={COLUMNS.length + 1} class="missing">
          {tables.size ? 'not recorded' : ''}
        </td>
      </tr>
    );
  }
  return (
    <>
      {recorded.map((kind) => (
        <tr key={kind} data-row={name} data-kind={kind}>
          <th scope="row" title={name}>
            {title}
            {kind === 'activation' ? '' : <span class="class-name"> {kind}</span>}
          </th>
          {COLUMNS.map((statistic) => (
            <ValueCell key={statistic} table={tables.get(kind)!} {...{name, statistic}} />
          ))}
          <ExtraCell table={tables.get(kind)!} name={name} />
        </tr>
      ))}
    </>
  );
}

interface CellProps {
  readonly table: Table;
  readonly name: string;
  readonly statistic: string;
}

function valueAt({table, name, statistic}: CellProps, step: number | undefined) {
  if (step === undefined) return undefined;
  return tableValue(table, name, statistic, sampleAt(table.steps, step));
}

function ValueCell(props: CellProps) {
  const value = valueAt(props, useSession().step.value);
  const {format} = statisticInfo(props.statistic);
  const bad =
    value !== undefined &&
    (!Number.isFinite(value) || (props.statistic === 'nonfinite_count' && value > 0));
  const key = `${props.table.kind}.${props.statistic}`;
  const usual = usualOf(key, [props.name]);
  return (
    <td
      class={`number ${bad ? 'alarm' : ''} ${isUnusual(usual, value) ? 'unusual' : ''}`}
      data-statistic={key}
      data-usual={usual?.words}
      data-value={value ?? ''}
    >
      <span class={props.statistic === 'nonfinite_count' ? '' : 'value'}>
        {value === undefined ? '–' : formatValue(value, format)}
      </span>
    </td>
  );
}

function classOf(value: number, usual: UsualRange | undefined): string {
  if (!Number.isFinite(value)) return 'alarm';
  return isUnusual(usual, value) ? 'unusual' : '';
}

/** What only this kind has: the ratio of an update, the saturated and dead fraction of an output. */
function ExtraCell({table, name}: {table: Table; name: string}) {
  const step = useSession().step.value;
  const own = statisticsOf(table.kind).filter((statistic) => !COLUMNS.includes(statistic));
  const shown = own
    .map((statistic) => ({statistic, value: valueAt({table, name, statistic}, step)}))
    .filter(({value}) => value !== undefined);
  return (
    <td class="number extra">
      {shown.map(({statistic, value}) => (
        <span
          key={statistic}
          title={withUsual(
            table.definitions[statistic] || statisticInfo(statistic).definition,
            `${table.kind}.${statistic}`,
          )}
          class={classOf(value!, usualOf(`${table.kind}.${statistic}`, [name]))}
          data-statistic={`${table.kind}.${statistic}`}
          data-value={value}
        >
          {formatValue(value!, statisticInfo(statistic).format)}{' '}
          <i>{statisticInfo(statistic).short}</i>
        </span>
      ))}
    </td>
  );
}
