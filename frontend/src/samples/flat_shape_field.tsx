/** A field for the shape that flat arrays are drawn with. */

import {flatShape, setFlatShape} from '../state/flat_shape';
import {parseShape, squarest} from './flat_shape';

/** Args: values: How many values the arrays have. */
export function FlatShapeField({values}: {values: number}) {
  const text = flatShape.value;
  const hint = squarest(values).join(' x ');
  const fits = text === '' || parseShape(text, values) !== undefined;
  return (
    <label class="field">
      <span>{values} values as</span>
      <input
        size={8}
        value={text}
        placeholder={hint}
        aria-invalid={!fits}
        title={
          fits
            ? `Height x width of the picture, such as ${hint}; empty for one row`
            : `${text} is not a picture of ${values} values; ${hint} is`
        }
        data-testid="flat-shape"
        onChange={(event) => setFlatShape(event.currentTarget.value)}
        onKeyDown={(event) => event.stopPropagation()} // letters are the field's
      />
    </label>
  );
}
