/** The effective rank of a layer's output, snapshot by snapshot. */

import {useMemo} from 'preact/hooks';
import {tableQuery} from '../api/queries';
import type {Layer} from '../data/layers';
import {OVERVIEW_STATISTICS} from '../data/overview_columns';
import {statisticInfo} from '../data/statistics';
import {tableRow} from '../data/tables';
import type {Line} from '../plots/chart';
import {Track} from '../plots/track';
import {useLoaded, useSession} from '../state/session';

export function LayerRank({layer}: {layer: Layer}) {
  const session = useSession();
  const kind = 'representation';
  const statistics = OVERVIEW_STATISTICS[kind];
  const {title, definition, format} = statisticInfo(statistics[0]);
  const table = useLoaded(() =>
    session.requestOf(kind, (run) => tableQuery({run, kind, statistics})),
  ).data;
  const lines = useMemo<Line[]>(() => {
    const [site] = layer.sites;
    const values = site && table && tableRow(table, site.name, statistics[0]);
    return values ? [{name: 'output', values, colour: 'series-1', spanGaps: true}] : [];
  }, [layer, table]);
  if (!table || !lines.length) return null;
  return (
    <Track
      title={title}
      definition={definition}
      steps={table.steps}
      lines={lines}
      log={false}
      format={format}
      label={`${title} of the output of ${layer.path} at each snapshot`}
    />
  );
}
