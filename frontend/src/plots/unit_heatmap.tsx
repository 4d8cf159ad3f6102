/** Units over time: the magnitude of each one's output, and when it was dead. */

import {useMemo} from 'preact/hooks';
import type {Units} from '../api/types';
import {type Coded, encode} from '../draw/codes';
import {colourTable, cssGradient, nonfiniteColour} from '../draw/colour_maps';
import {markDead, withDead} from '../draw/dead';
import {formatCount, formatNumber} from '../draw/format';
import {deadCount, deadSince, takeRows} from '../draw/unit_order';
import {useSession} from '../state/session';
import {type CellHit, Heatmap} from './heatmap';
import {showTooltip} from '../components/tooltip';

/** Codes of all cells, dead ones marked, rows in the order given. */
export function useUnitCodes(units: Units, order?: Int32Array): Coded {
  return useMemo(() => {
    const columns = units.steps.length;
    const coded = encode({rows: units.units, columns, values: units.maxAbs}, 'linear');
    const codes = markDead(coded.codes, units.dead);
    return {...coded, codes: order ? takeRows(codes, columns, order) : codes};
  }, [units, order]);
}

interface UnitHeatmapProps {
  readonly units: Units;
  readonly coded: Coded;
  /** The unit of each row. */
  readonly order?: Int32Array;
  readonly testId: string;
  readonly markedRow?: number | undefined;
  readonly onPickRow?: (row: number) => void;
  readonly onMoveRow?: (rows: number) => void;
}

export function UnitHeatmap(props: UnitHeatmapProps) {
  const {units, coded, order, testId, markedRow, onPickRow, onMoveRow} = props;
  const session = useSession();
  const theme = session.host.theme.value;
  const map = session.settings.colours.value;
  const colours = useMemo(() => withDead(colourTable(map, theme)), [map, theme]);
  const columns = units.steps.length;
  return (
    <Heatmap
      coded={coded}
      rows={units.units}
      columns={columns}
      firstSteps={units.firstSteps}
      domain={session.domain.value}
      colours={colours}
      label={`${formatCount(units.units)} units of ${units.site} over ${formatCount(columns)} steps`}
      testId={testId}
      pooling="share"
      {...(markedRow !== undefined && {marked: [markedRow, markedRow + 1] as const})}
      {...(onMoveRow && {onMoveRow})}
      onHover={(hit) => showUnit(units, order?.[hit.row] ?? hit.row, hit)}
      onPick={({row, column}) => {
        onPickRow?.(row);
        session.goTo(units.steps[column]);
      }}
    />
  );
}

function showUnit(units: Units, unit: number, {column, x, y}: CellHit): void {
  const [first, last] = [units.firstSteps[column], units.steps[column]];
  const since = deadSince(units, unit, column);
  showTooltip(x, y, {
    title: `${units.site}, unit ${unit}`,
    lines: [
      first === last
        ? {label: 'step', value: formatCount(last)}
        : {label: 'steps', value: `${formatCount(first)} – ${formatCount(last)}`},
      {
        label: 'largest |output|',
        value: formatNumber(units.maxAbs[unit * units.steps.length + column]),
      },
    ],
    ...(since >= 0 && {
      note:
        `Dead since step ${formatCount(units.steps[since])}: zero in all ` +
        `${formatCount(units.windowSamples[column])} batches of the window, ${units.window}.`,
    }),
  });
}

/** Colours of magnitudes, and how many units are dead at the shown step. */
export function UnitLegend({units, coded, column}: {units: Units; coded: Coded; column: number}) {
  const {settings, host} = useSession();
  const dead = column < 0 ? 0 : deadCount(units, column);
  return (
    <>
      <span class="reading">
        0{' '}
        <i
          class="gradient"
          style={{background: cssGradient(settings.colours.value, host.theme.value)}}
        />{' '}
        {formatNumber(coded.scale.high)}
      </span>
      {coded.nonfinite > 0 && (
        <span class="reading alarm">
          <i class="swatch" style={{background: nonfiniteColour}} />
          NaN, Inf
        </span>
      )}
      <span
        class="reading"
        title={`Dead: zero for every input of ${units.window}`}
        data-testid="dead-units"
        data-value={dead}
      >
        <i class="swatch dead" />
        <b class={dead ? 'dead' : ''}>
          {formatCount(dead)} of {formatCount(units.units)}
        </b>{' '}
        dead
      </span>
    </>
  );
}
