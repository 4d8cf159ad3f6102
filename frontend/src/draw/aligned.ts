/** Curves with places of their own on one axis. Pure. */

export interface Curve {
  /** Increasing. */
  readonly places: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

interface Aligned {
  /** All places of all curves, increasing. */
  readonly places: Float64Array;
  /** By curve: its values at all places; NaN where it has none. */
  readonly values: readonly Float32Array[];
  /** By curve: 1 at its own places. */
  readonly own: readonly Uint8Array[];
}

export function aligned(curves: readonly Curve[]): Aligned {
  const places = Float64Array.from(new Set(curves.flatMap((curve) => Array.from(curve.places))));
  places.sort();
  const at = new Map(Array.from(places, (place, column) => [place, column]));
  const found = curves.map((curve) => {
    const values = new Float32Array(places.length).fill(NaN);
    const own = new Uint8Array(places.length);
    for (let i = 0; i < curve.places.length; i++) {
      const column = at.get(curve.places[i])!;
      values[column] = curve.values[i];
      own[column] = 1;
    }
    return {values, own};
  });
  return {places, values: found.map(({values}) => values), own: found.map(({own}) => own)};
}
