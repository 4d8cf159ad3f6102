/** The model's layers with what is recorded of each. Pure. */

import {KINDS} from '../catalog';
import type {LayerInfo, ModelAnswer, SiteInfo, VariableInfo} from '../api/types';

export interface Layer {
  readonly info: LayerInfo;
  readonly path: string;
  /** Trainable variables. */
  readonly variables: readonly VariableInfo[];
  /** Tapped outputs, the first call's first output first. */
  readonly sites: readonly SiteInfo[];
}

/** Layers that own a variable or a site, in model order, the model's own variables last. */
export function layersOf(model: ModelAnswer): Layer[] {
  const variables = byLayer(model.variables);
  const sites = byLayer(model.sites);
  const layers = model.layers.map((info, index) => ({
    info,
    path: info.path,
    variables: variables.get(index) ?? [],
    sites: sites.get(index) ?? [],
  }));
  const own = model.variables.filter((variable) => variable.layer < 0);
  if (own.length) layers.push(modelLayer(model, own));
  return layers.filter((layer) => layer.variables.length + layer.sites.length > 0);
}

/** In one pass: a model may have 100,000 layers. */
function byLayer<T extends {readonly layer: number}>(items: readonly T[]): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const item of items) {
    const of = found.get(item.layer);
    if (of) of.push(item);
    else found.set(item.layer, [item]);
  }
  return found;
}

function modelLayer(model: ModelAnswer, variables: VariableInfo[]) {
  const info: LayerInfo = {
    path: '(model)',
    class_name: model.class_name,
    activation: '',
    parent: -1,
    output_shape: [],
    parameters: 0,
    trainable: true,
    dtype: '',
  };
  return {info, path: info.path, variables, sites: []};
}

/** Names of a layer's rows in the tables of a kind. */
export function rowsOf(layer: Layer | undefined, kind: string): string[] {
  if (!layer) return [];
  return KINDS[kind]?.rows === 'variables'
    ? layer.variables.map((variable) => variable.path)
    : layer.sites.map((site) => site.name);
}

/** The layer that a row of a table belongs to. */
export function layerOfRow(layers: readonly Layer[], name: string): Layer | undefined {
  return layers.find(
    (layer) =>
      layer.sites.some((site) => site.name === name) ||
      layer.variables.some((variable) => variable.path === name),
  );
}

/** Matches names with a regular expression, or as plain text where it is not a valid one. */
export function nameFilter(pattern: string): {matches: (name: string) => boolean; valid: boolean} {
  if (!pattern) return {matches: () => true, valid: true};
  try {
    const expression = new RegExp(pattern, 'i');
    return {matches: (name) => expression.test(name), valid: true};
  } catch {
    const plain = pattern.toLowerCase();
    return {matches: (name) => name.toLowerCase().includes(plain), valid: false};
  }
}

/** A path in two parts: the enclosing layers with their slash, and the layer's own name. */
export function splitPath(path: string): readonly [string, string] {
  const at = path.lastIndexOf('/') + 1;
  return [path.slice(0, at), path.slice(at)];
}
