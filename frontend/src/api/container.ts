/**
 * Decoder of the binary container that the numeric routes answer with (docs/http_api.md).
 *
 * Bytes 0-3 `TKI1`; 4-7 little-endian length of a JSON header, padded so that what follows begins at
 * a multiple of 8; then the arrays, little-endian, each aligned to 8.
 */

export type NumericArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

interface NamedArray {
  readonly shape: readonly number[];
  readonly data: NumericArray;
}

export interface Container {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arrays: ReadonlyMap<string, NamedArray>;
  /** Bytes of the answer, for the cache. */
  readonly size: number;
}

/** The answer does not follow the format. */
export class ContainerError extends Error {}

const MAGIC = 'TKI1';
const VERSION = 1;
const CONSTRUCTORS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;

interface ArrayHeader {
  name: string;
  dtype: keyof typeof CONSTRUCTORS;
  shape: number[];
  offset: number;
}

interface Header {
  version: number;
  meta?: Record<string, unknown>;
  arrays?: ArrayHeader[];
}

/**
 * Reads a container; arrays are views of `buffer`, nothing is copied.
 *
 * @throws ContainerError when the bytes do not follow the format.
 */
export function decodeContainer(buffer: ArrayBuffer): Container {
  const {header, start} = readHeader(buffer);
  const arrays = new Map<string, NamedArray>();
  for (const entry of header.arrays ?? []) {
    arrays.set(entry.name, readArray(buffer, start, entry));
  }
  return {meta: header.meta ?? {}, arrays, size: buffer.byteLength};
}

/** The array of that name and dtype. */
export function arrayOf<T extends NumericArray>(
  container: Container,
  name: string,
  type: new () => T,
): {data: T; shape: readonly number[]} {
  const array = container.arrays.get(name);
  if (!array) throw new ContainerError(`the answer has no array ${JSON.stringify(name)}`);
  if (!(array.data instanceof type)) {
    throw new ContainerError(`array ${JSON.stringify(name)} is not a ${type.name}`);
  }
  return {data: array.data, shape: array.shape};
}

function readHeader(buffer: ArrayBuffer): {header: Header; start: number} {
  if (buffer.byteLength < 8) throw new ContainerError('the answer is too short');
  const magic = new TextDecoder().decode(new Uint8Array(buffer, 0, 4));
  if (magic !== MAGIC) throw new ContainerError('the answer is not a number container');
  const length = new DataView(buffer).getUint32(4, true);
  const start = 8 + length;
  if (start > buffer.byteLength) throw new ContainerError('the header is cut off');
  const header = parseJson(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  if (header.version !== VERSION) {
    throw new ContainerError(`container version ${header.version}: reload the page`);
  }
  return {header, start};
}

function parseJson(text: string): Header {
  try {
    return JSON.parse(text) as Header;
  } catch {
    throw new ContainerError('the header is not JSON');
  }
}

function readArray(buffer: ArrayBuffer, start: number, entry: ArrayHeader): NamedArray {
  if (!Object.hasOwn(CONSTRUCTORS, entry.dtype)) {
    throw new ContainerError(`array ${JSON.stringify(entry.name)} has an unknown dtype`);
  }
  const constructor = CONSTRUCTORS[entry.dtype];
  const count = entry.shape.reduce((product, length) => product * length, 1);
  const at = start + entry.offset;
  if (at + count * constructor.BYTES_PER_ELEMENT > buffer.byteLength) {
    throw new ContainerError(`array ${JSON.stringify(entry.name)} is cut off`);
  }
  return {shape: entry.shape, data: new constructor(buffer, at, count)};
}
