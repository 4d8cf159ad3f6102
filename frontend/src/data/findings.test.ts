import {describe, expect, it} from 'vitest';
import type {Evidence, Finding} from '../api/findings';
import {
  findingsByLayer,
  flatten,
  keyOf,
  placeOfEvidence,
  placeOfFinding,
  readThresholds,
  setThreshold,
  sliderScale,
} from './findings';
import type {Layer} from './layers';

function layer(path: string): Layer {
  const site = {name: path, layer: 0, call: 0, output: 0, shape: [], unit_axis: 1, units: 4};
  const variable = {path: `${path}/kernel`, layer: 0, shape: [], dtype: ''};
  return {
    info: {path} as Layer['info'],
    path,
    variables: [variable],
    sites: [{...site, activation: ''}],
  };
}

const LAYERS = [layer('a'), layer('b')];

const evidence = (kind: string, row: string): Evidence => ({
  name: '',
  value: 1,
  unit: '',
  threshold: null,
  text: '1',
  kind,
  statistic: 'l2',
  row,
});

function finding(parts: Partial<Finding>): Finding {
  return {
    problem: 'vanishing_gradient',
    severity: 'error',
    confidence: 1,
    variant: '',
    title: '',
    first_step: 0,
    confirmed_step: 0,
    last_step: 1,
    ongoing: true,
    cause: '',
    where: {layers: ['b'], units: [], variables: []},
    evidence: [],
    advice: [],
    related: [],
    ...parts,
  };
}

describe('where a finding leads', () => {
  it('is the first number that is of a series, at its layer', () => {
    const found = finding({evidence: [evidence('', ''), evidence('gradient', 'a/kernel')]});
    expect(placeOfFinding(found, LAYERS)).toEqual({
      view: 'time',
      kind: 'gradient',
      statistic: 'l2',
      layer: 'a',
    });
  });
  it('is the first dead unit where units have died', () => {
    const where = {layers: ['a'], units: [{site: 'b', indices: [7, 9]}], variables: []};
    const found = finding({problem: 'dying_relu', where, evidence: [evidence('activation', 'b')]});
    expect(placeOfFinding(found, LAYERS)).toEqual({view: 'units', layer: 'b', unit: 7});
  });
  it('is the layer in the overview where no number is of a series', () => {
    expect(placeOfFinding(finding({}), LAYERS)).toEqual({view: 'overview', layer: 'b'});
    expect(placeOfFinding(finding({}), [])).toEqual({view: 'overview'});
  });
  it('is the run’s own series where the number is of no layer', () => {
    const place = placeOfEvidence(evidence('epoch', ''), LAYERS);
    expect(place).toEqual({view: 'time', kind: 'epoch', statistic: 'l2'});
    expect(placeOfEvidence(evidence('gone', ''), LAYERS)).toBeUndefined();
  });
});

describe('findings', () => {
  const inner = finding({problem: 'slow_convergence', severity: 'note'});
  const outer = finding({related: [inner]});
  it('are flattened with those under them', () => {
    expect(flatten([outer]).map(keyOf)).toEqual(['vanishing_gradient:b', 'slow_convergence:b']);
  });
  it('are listed by layer, the worst first', () => {
    expect(findingsByLayer([inner, outer]).get('b')).toEqual([outer, inner, inner]);
    expect(findingsByLayer([outer]).get('a')).toBeUndefined();
  });
});

describe('thresholds in the address', () => {
  it('are read, and what is none is skipped', () => {
    const read = readThresholds('dead_share:0.4,x:NaN,<b>:1,slow_path:1e-3,:,y');
    expect([...read]).toEqual([
      ['dead_share', 0.4],
      ['slow_path', 0.001],
    ]);
  });
  it('are set and reset one by one', () => {
    const both = setThreshold(setThreshold('', 'a', 0.5), 'b', 2);
    expect(both).toBe('a:0.5,b:2');
    expect(setThreshold(both, 'a', undefined)).toBe('b:2');
  });
});

describe('a threshold’s slider', () => {
  it.each([
    [0.05, 1, 0.5],
    [1e-12, 0.5, 0.01],
    [0, 1e6, 0.05],
  ])('from %d to %d comes back to its value', (low, high, value) => {
    const scale = sliderScale(low, high);
    expect(scale.value(scale.position(value))).toBeCloseTo(value, 10);
    expect([scale.value(0), scale.value(1)]).toEqual([low, high]);
  });
  it('moves by factors through a wide range', () => {
    expect(sliderScale(1e-4, 1).value(0.5)).toBeCloseTo(0.01, 12);
  });
});
