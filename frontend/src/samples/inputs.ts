/** Which of a model's inputs a sample is shown by, and which holds the tokens of a picture. */

import type {MapStack} from '../api/types';

const TOKENS = /token|word|input_ids/i;
const BESIDE_TOKENS = /mask|position|segment|type/i;

/** The input that a sample is recognised by: the first one, but its tokens rather than their mask. */
export function mainInput(inputs: readonly MapStack[]): MapStack | undefined {
  const [first] = inputs;
  return first?.layout === 'ids' ? tokenInput(inputs) : first;
}

/**
 * The input of token ids, rather than the masks and segments beside them.
 *
 * @param length Of a sample, where only inputs of this length count.
 * @param part "encoder" or "decoder", where the model has both.
 */
export function tokenInput(
  inputs: readonly MapStack[],
  length?: number,
  part = '',
): MapStack | undefined {
  const ids = inputs.filter(
    (input) => input.layout === 'ids' && (length === undefined || lengthOf(input) === length),
  );
  const rank = ({name, values}: MapStack): number => {
    const kind = TOKENS.test(name) ? 2 : BESIDE_TOKENS.test(name) ? 0 : 1;
    const isOf = part !== '' && name.includes(part) ? 1 : 0;
    // A mask of any name has two values.
    const isVaried = new Set(values).size > 2 ? 1 : 0;
    return 4 * kind + 2 * isOf + isVaried;
  };
  const ranked = ids.map((input) => ({input, rank: rank(input)}));
  return ranked.sort((a, b) => b.rank - a.rank)[0]?.input;
}

/** The part of an encoder and decoder that a picture of attention takes queries or keys from. */
export function partOf(layer: string, axis: 0 | 1): string {
  if (/cross/i.test(layer)) return axis === 0 ? 'decoder' : 'encoder';
  return /encoder|decoder/.exec(layer.split('/')[0])?.[0] ?? '';
}

const lengthOf = ({values, shape}: MapStack): number => (values?.length ?? 0) / shape[0];
