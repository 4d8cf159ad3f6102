/** Findings: their keys, where a click on one leads, which layers they concern. Pure. */

import type {Evidence, Finding} from '../api/findings';
import {SEVERITIES, type Severity} from '../catalog';
import {type Layer, layerOfRow} from './layers';
import {type NamedView, NAMED_VIEWS} from './named_views';
import {TIME_KINDS} from './statistics';

export const SEVERITY_TITLES: Readonly<Record<Severity, string>> = {
  error: 'Error',
  warning: 'Warning',
  note: 'Note',
};

/** The key of a finding in the address: it stays the same while the run grows. */
export function keyOf({problem, where}: Finding): string {
  return `${problem}:${where.layers[0] ?? where.variables[0] ?? ''}`;
}

/** The findings and those under them, worst first. */
export function flatten(findings: readonly Finding[]): Finding[] {
  return findings.flatMap((finding) => [finding, ...flatten(finding.related)]);
}

/** Findings that concern a layer, by its path, the worst of each first. */
export function findingsByLayer(findings: readonly Finding[]): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of flatten(findings)) {
    for (const path of new Set(finding.where.layers)) {
      found.set(path, [...(found.get(path) ?? []), finding]);
    }
  }
  for (const each of found.values()) each.sort((a, b) => rankOf(b) - rankOf(a));
  return found;
}

/** 3 for an error, 2 for a warning, 1 for a note, 0 for nothing. */
export const rankOf = (finding: Finding | undefined) =>
  finding ? SEVERITIES.indexOf(finding.severity) + 1 : 0;

/** What to select so that a number is visible. */
export interface Place {
  readonly view: NamedView;
  readonly kind?: string;
  readonly statistic?: string;
  /** Path of a layer. */
  readonly layer?: string;
  readonly unit?: number;
}

/**
 * Where to show a finding: its dead units where it names some, else the series of its first evidence
 * that has one, else its layer in the overview.
 */
export function placeOfFinding(finding: Finding, layers: readonly Layer[]): Place {
  const [dead] = finding.where.units;
  const owner = dead && layerOfRow(layers, dead.site);
  if (finding.problem === 'dying_relu' && owner && dead.indices.length) {
    return {view: NAMED_VIEWS.units, layer: owner.path, unit: dead.indices[0]};
  }
  const evidence = finding.evidence.find(({kind}) => kind in TIME_KINDS);
  const place = evidence && placeOfEvidence(evidence, layers);
  const layer = place?.layer ?? layers.find(({path}) => finding.where.layers.includes(path))?.path;
  return {...(place ?? {view: NAMED_VIEWS.overview}), ...(layer !== undefined && {layer})};
}

/** Where to show the series of a number; undefined where it has none. */
export function placeOfEvidence(
  {kind, statistic, row}: Evidence,
  layers: readonly Layer[],
): Place | undefined {
  if (!(kind in TIME_KINDS)) return undefined;
  const layer = layerOfRow(layers, row)?.path;
  return {view: NAMED_VIEWS.time, kind, statistic, ...(layer !== undefined && {layer})};
}

/** Thresholds as they stand in the address: `name:value`, with commas between; others are skipped. */
export function readThresholds(text: string): Map<string, number> {
  const pairs = text.split(',').map((part) => part.split(':'));
  return new Map(
    pairs
      .filter(([name, value]) => /^\w{1,64}$/.test(name) && value && Number.isFinite(Number(value)))
      .map(([name, value]) => [name, Number(value)]),
  );
}

/** The text with one threshold set, or at its default again where no value is given. */
export function setThreshold(text: string, name: string, value: number | undefined): string {
  const values = readThresholds(text);
  values.delete(name);
  if (value !== undefined) values.set(name, value);
  return [...values].map(([key, number]) => `${key}:${number}`).join(',');
}

const SLIDER_DECADES = 2; // ranges at least this wide are moved through by factors

/** The place of a value on a slider from 0 to 1, and back. */
export function sliderScale(low: number, high: number) {
  const log = low > 0 && Math.log10(high / low) >= SLIDER_DECADES;
  const clamp = (position: number) => Math.min(1, Math.max(0, position));
  return {
    position: (value: number) =>
      clamp(log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)),
    value: (position: number) => {
      const exact = log ? low * (high / low) ** position : low + position * (high - low);
      return Math.min(high, Math.max(low, Number(exact.toPrecision(3))));
    },
  };
}
