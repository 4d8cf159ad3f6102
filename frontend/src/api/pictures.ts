/** The routes of what the probe samples show: pictures, predictions, activation functions. */

import type {PictureKind} from '../catalog';
import {type Container, ContainerError, type NumericArray, arrayOf} from './container';
import {type Query, container, json, query} from './queries';
import type {ActivationFunctions, MapStack, Maps, MapsIndex, Predictions, Probe} from './types';

export type {PictureKind};

export function mapsIndexQuery(run: string, kind: PictureKind): Query<MapsIndex> {
  return {url: `maps_index?${query({run, kind})}`, decode: json<MapsIndex>};
}

export function mapsQuery(run: string, name: string, step: number, kind: PictureKind): Query<Maps> {
  return {url: `maps?${query({run, layer: name, step, kind})}`, decode: container(readMaps)};
}

export function probeQuery(run: string): Query<Probe> {
  return {url: `probe?${query({run})}`, decode: container(readProbe)};
}

export function predictionsQuery(run: string): Query<Predictions> {
  return {url: `predictions?${query({run})}`, decode: container(readPredictions)};
}

export function activationFunctionsQuery(run: string, step: number): Query<ActivationFunctions> {
  return {
    url: `activation_functions?${query({run, step})}`,
    decode: container(readFunctions),
  };
}

/** An array where the answer has it. */
function optional<T extends NumericArray>(
  answer: Container,
  name: string,
  type: new () => T,
): T | undefined {
  return answer.arrays.has(name) ? arrayOf(answer, name, type).data : undefined;
}

export function readStack(
  answer: Container,
  prefix: string,
  meta: Record<string, unknown>,
): MapStack {
  const {data: codes, shape} = arrayOf(answer, `${prefix}codes`, Uint8Array);
  if (shape.length !== 4) throw new ContainerError('maps do not have four axes');
  const channels = answer.arrays.has(`${prefix}channels`)
    ? arrayOf(answer, `${prefix}channels`, Int32Array).data
    : Int32Array.from({length: shape[1]}, (_, index) => index);
  return {
    name: meta.name as string,
    layout: meta.layout as string,
    fullShape: (meta.full_shape ?? []) as number[],
    shape: shape as unknown as [number, number, number, number],
    codes,
    scale: arrayOf(answer, `${prefix}scale`, Float32Array).data,
    offset: arrayOf(answer, `${prefix}offset`, Float32Array).data,
    channels,
    values: optional(answer, `${prefix}values`, Float32Array),
    rows: optional(answer, `${prefix}rows`, Int32Array),
    dead: answer.arrays.has(`${prefix}dead`)
      ? arrayOf(answer, `${prefix}dead`, Uint8Array).data
      : new Uint8Array(shape[1]),
  };
}

/** The stack of an answer that holds one. */
export const readStackOf = (answer: Container): MapStack => readStack(answer, '', answer.meta);

function readMaps(answer: Container): Maps {
  return {
    ...readStackOf(answer),
    step: answer.meta.step as number,
    of: (answer.meta.layer ?? '') as string,
    norms: optional(answer, 'norms', Float32Array),
    targets: optional(answer, 'targets', Int32Array),
  };
}

export function readProbe(answer: Container): Probe {
  const inputs = (answer.meta.inputs ?? []) as Record<string, unknown>[];
  const labels = answer.arrays.has('labels') ? arrayOf(answer, 'labels', Float32Array) : undefined;
  return {
    inputs: inputs.map((meta, index) => readStack(answer, `input${index}/`, meta)),
    ...(labels && {labels: {data: labels.data, width: labels.shape[1] ?? 1}}),
  };
}

function readPredictions(answer: Container): Predictions {
  const outputs = (answer.meta.outputs ?? []) as {name: string}[];
  return {
    steps: arrayOf(answer, 'steps', Float64Array).data,
    outputs: outputs.map(({name}, index) => {
      const {data, shape} = arrayOf(answer, `output${index}`, Float32Array);
      if (shape.length !== 3) throw new ContainerError('predictions do not have three axes');
      return {name, values: data, samples: shape[1], width: shape[2]};
    }),
  };
}

function readFunctions(answer: Container): ActivationFunctions {
  const functions = (answer.meta.functions ?? []) as ActivationFunctions['functions'];
  return {
    step: answer.meta.step as number,
    functions: functions.map((meta, index) => {
      const curve = optional(answer, `${index}/curve`, Float32Array);
      return {
        ...meta,
        edges: arrayOf(answer, `${index}/edges`, Float64Array).data,
        counts: arrayOf(answer, `${index}/counts`, Uint32Array).data,
        ...(curve && {curve}),
      };
    }),
  };
}
