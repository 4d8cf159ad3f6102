import {describe, expect, it} from 'vitest';
import {LAYER_KINDS, TIME_KINDS, inSentence, statisticInfo, statisticsOf} from './statistics';

describe('kinds', () => {
  it('of layers are those that the overview and the distributions show', () => {
    expect(Object.keys(LAYER_KINDS)).toEqual(['gradient', 'weight', 'update', 'activation']);
  });
  it('over time have statistics, in the catalogue or of their own', () => {
    expect(TIME_KINDS).toHaveProperty('accumulated_gradient');
    expect(TIME_KINDS).toHaveProperty('epoch');
    expect(TIME_KINDS).not.toHaveProperty('prediction');
    expect(TIME_KINDS).not.toHaveProperty('maps');
  });
});

describe('statisticInfo', () => {
  it('gives a name that the catalogue does not have as it is, whatever objects inherit', () => {
    for (const name of ['val_auc', 'constructor', 'toString']) {
      expect(statisticInfo(name)).toMatchObject({title: name, format: 'number', scale: 'linear'});
    }
    expect(statisticsOf('constructor')).toEqual([]);
  });
});

describe('inSentence', () => {
  it('keeps the capital of a short form', () => {
    expect(['Standard deviation', 'L2 norm'].map(inSentence)).toEqual([
      'standard deviation',
      'L2 norm',
    ]);
  });
});
