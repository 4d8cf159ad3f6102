/** Steps that training gave up, as it returned to a state before them: the other future of a run. Pure. */

/** The first step, and the one after the last. */
export type Branch = readonly [number, number];

/** The return that gave a step up; the last one where there were several. */
export const branchAt = (branches: readonly Branch[], step: number): Branch | undefined =>
  branches.filter(([from, until]) => from <= step && step < until).at(-1);

/** 0 for a step that counts; else which attempt it belongs to, from 1: after each return, the next. */
const attemptOf = (branches: readonly Branch[], step: number) =>
  branchAt(branches, step) ? 1 + branches.filter(([, until]) => until <= step).length : 0;

/** Branches that overlap or touch, joined, by their steps. */
export function joined(branches: readonly Branch[]): Branch[] {
  const found: [number, number][] = [];
  for (const [from, until] of [...branches].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], until);
    else found.push([from, until]);
  }
  return found;
}

/**
 * What of a line counts, and what was given up: the latter in two parts, so that no line leads from one
 * attempt to the next. A part begins at the sample that it went on from, where that is the one before.
 *
 * Returns:
 *   A copy of the values for each part, NaN outside it; the values alone where nothing was given up.
 */
export function partsOf(
  values: Float32Array,
  steps: ArrayLike<number>,
  branches: readonly Branch[],
): readonly Float32Array[] {
  const attempts = Array.from(values, (_, index) => attemptOf(branches, steps[index]));
  if (!attempts.some(Boolean)) return [values];
  const part = (belongs: (index: number) => boolean) =>
    values.map((value, index) => (belongs(index) ? value : NaN));
  const ofParity = (parity: number) => (index: number) => {
    const [own, next] = [attempts[index], attempts[index + 1] ?? 0];
    return own ? own % 2 === parity : next > 0 && next % 2 === parity;
  };
  const parities = [1, 0].filter((parity) => attempts.some((own) => own && own % 2 === parity));
  return [part((index) => !attempts[index]), ...parities.map((parity) => part(ofParity(parity)))];
}

/** Where a value stands alone, so that no line shows it. */
export function alone(values: readonly (number | null | undefined)[]): number[] {
  const isThere = (index: number) => values[index] !== null && values[index] !== undefined;
  return values.flatMap((_, index) =>
    isThere(index) && !isThere(index - 1) && !isThere(index + 1) ? [index] : [],
  );
}
