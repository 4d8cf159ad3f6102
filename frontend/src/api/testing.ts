/** The encoder that the tests read back; the server's own is Python. */

import type {NumericArray} from './container';

interface TestArray {
  name: string;
  shape: number[];
  data: NumericArray;
}

const DTYPES = new Map<unknown, string>([
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int32Array, 'int32'],
  [Uint32Array, 'uint32'],
  [Uint8Array, 'uint8'],
]);

const aligned = (length: number) => Math.ceil(length / 8) * 8;

/** Writes a container as docs/http_api.md says. */
export function encodeContainer(
  meta: Record<string, unknown>,
  arrays: TestArray[],
  version = 1,
): ArrayBuffer {
  let offset = 0;
  const headers = arrays.map(({name, shape, data}) => {
    const header = {name, dtype: DTYPES.get(data.constructor), shape, offset};
    offset = aligned(offset + data.byteLength);
    return header;
  });
  const json = new TextEncoder().encode(JSON.stringify({version, meta, arrays: headers}));
  const start = aligned(8 + json.length);
  const last = arrays.at(-1);
  const end = start + (last ? headers.at(-1)!.offset + last.data.byteLength : 0);
  const bytes = new Uint8Array(end).fill(32, 8, start);
  bytes.set(new TextEncoder().encode('TKI1'));
  new DataView(bytes.buffer).setUint32(4, start - 8, true);
  bytes.set(json, 8);
  arrays.forEach(({data}, index) => {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(raw, start + headers[index].offset);
  });
  return bytes.buffer;
}
