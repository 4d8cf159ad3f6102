/** A layer's main statistics over the run, below each other on one time axis. */

import type {ComponentChildren} from 'preact';
import {useMemo} from 'preact/hooks';
import {type Layer, rowsOf, splitPath} from '../data/layers';
import {inSentence, statisticInfo} from '../data/statistics';
import {type Tables, isMissing, tableRow} from '../data/tables';
import type {Line} from '../plots/chart';
import {Track} from '../plots/track';

interface Selection {
  /** Whose statistic it is. */
  readonly of: string;
  readonly kind: string;
  readonly statistic: string;
}

const SELECTIONS: readonly Selection[] = [
  {of: 'Gradient', kind: 'gradient', statistic: 'l2'},
  {of: '', kind: 'update', statistic: 'ratio'},
  {of: 'Weights', kind: 'weight', statistic: 'l2'},
  {of: 'Output', kind: 'activation', statistic: 'std'},
];

interface TracksProps {
  readonly layer: Layer;
  readonly tables: Tables;
  /** Further tracks below. */
  readonly children?: ComponentChildren;
}

interface SeriesProps {
  readonly layer: Layer;
  readonly tables: Tables;
}

export function LayerSeries({layer, tables, children}: TracksProps) {
  return (
    <div class="tracks">
      {SELECTIONS.map((selection) => (
        <LayerTrack
          key={`${selection.kind}.${selection.statistic}`}
          {...{selection, layer, tables}}
        />
      ))}
      {children}
    </div>
  );
}

function LayerTrack({selection, layer, tables}: SeriesProps & {selection: Selection}) {
  const table = tables.get(selection.kind);
  const lines = useMemo(() => linesOf(layer, tables, selection), [layer, table]);
  if (!table || !lines.length) return null;
  const info = statisticInfo(selection.statistic);
  const title = selection.of ? `${selection.of}, ${inSentence(info.title)}` : info.title;
  return (
    <Track
      title={title}
      definition={table.definitions[selection.statistic] || info.definition}
      steps={table.steps}
      lines={lines}
      log={info.scale === 'log'}
      format={info.format}
      label={`${title} of ${layer.path} over the run`}
    />
  );
}

function linesOf(layer: Layer, tables: Tables, {kind, statistic}: Selection): Line[] {
  const table = tables.get(kind);
  if (!table) return [];
  return rowsOf(layer, kind).flatMap((name, index) => {
    const values = tableRow(table, name, statistic);
    if (!values) return [];
    return [
      {
        name: name === layer.path ? 'output' : splitPath(name)[1],
        values,
        colour: `series-${(index % 4) + 1}`,
        isMissing: (column: number) => isMissing(table, name, statistic, column),
      },
    ];
  });
}
