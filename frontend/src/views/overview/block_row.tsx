/** A block of layers in the overview: one row for all of them while it is closed. */

import {splitPath} from '../../data/layers';
import type {LayerValues} from '../../data/overview';
import {OVERVIEW_COLUMNS} from '../../data/overview_columns';
import type {FoldedRow} from '../../graph/folded';
import type {Toggle} from './folding';
import {type Extents, FindingMark, FoldButton, indent, NumberCell} from './overview_row';

interface BlockProps {
  readonly fold: FoldedRow;
  readonly place: number;
  readonly values: LayerValues | undefined;
  readonly extents: Extents;
  readonly toggle: Toggle;
}

const RULE = 'Its numbers are the mean over these layers, and of fractions the largest.';

export function BlockRow({fold, place, values, extents, toggle}: BlockProps) {
  const {path, inside} = fold;
  const [prefix, name] = splitPath(path);
  return (
    <tr
      class="block"
      aria-rowindex={place + 2}
      data-testid="block-row"
      data-layer={path}
      onClick={() => toggle(path)}
    >
      <th
        scope="row"
        style={indent(fold)}
        title={`${path}: its layers are ${inside.join(', ')}. ${RULE}`}
      >
        <FoldButton fold={fold} toggle={toggle} />
        {!fold.open && <FindingMark path={path} inside={inside} />}
        <span class="prefix">{prefix}</span>
        <span class="name">{name}</span>
        <span class="class-name">{`${inside.length} layers`}</span>
      </th>
      {OVERVIEW_COLUMNS.flatMap((column) => [
        <NumberCell
          key={column.key}
          column={column}
          value={fold.open ? undefined : values?.get(column.key)}
          extent={extents.get(column.key)}
        />,
        ...(column.key === 'gradient.l2' ? [<td key="trend" />] : []),
      ])}
    </tr>
  );
}
