/** One input of a single example: a picture, token ids, values, or text. */

import type {ExampleInput} from '../api/samples';
import type {MapStack} from '../api/types';
import {formatNumber} from '../draw/format';
import {sharedRange} from '../draw/tiles';
import {folded} from './folded';
import {InputPicture} from './probe_sample';

const SIDE = 48; // of a picture, CSS pixels
const MOST_VALUES = 8;

export function ExampleInputView({input}: {input: ExampleInput}) {
  if ('text' in input) return <Words name={input.name} text={input.text} />;
  const stack = folded(input.stack);
  const values = valuesOf(stack);
  if (!values) {
    const [low, high] = sharedRange(stack).map(formatNumber);
    return (
      <span title={`${input.name}: from ${low} to ${high}`}>
        <InputPicture stack={stack} sample={0} side={SIDE} />
      </span>
    );
  }
  const shown = values.slice(0, MOST_VALUES);
  const text = `${shown.join(', ')}${values.length > shown.length ? ', …' : ''}`;
  return <Words name={input.name} text={text} all={values.join(', ')} />;
}

function Words({name, text, all = text}: {name: string; text: string; all?: string}) {
  return (
    <p class="tokens" title={`${name}: ${all}`}>
      {text}
    </p>
  );
}

/** Of few features, which are read as numbers rather than seen; undefined for others. */
function valuesOf({layout, values}: MapStack): string[] | undefined {
  return layout === 'vector' && values ? Array.from(values, formatNumber) : undefined;
}
