import {describe, expect, it} from 'vitest';
import {
  ageHolds,
  formatAge,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatShape,
  formatTick,
  formatValue,
} from './format';

describe('formatDuration', () => {
  it.each([
    [0.4, '0 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
    [273600, '3 d 4 h'],
  ])('says %d seconds as Python does: %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [1, '1'],
    [0.12345, '0.1235'],
    [1234.56, '1235'],
    [12345.6, '12350'],
    [123456, '1.23e5'],
    [0.000123456, '1.23e−4'],
    [-2.5, '−2.5'],
    [-1e-9, '−1.00e−9'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '−Inf'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('formatTick', () => {
  it.each([
    [1e-4, '1e−4'],
    [2.5e-7, '2.5e−7'],
    [1e6, '1e6'],
    [0.001, '0.001'],
    [100, '100'],
  ])('writes %d as %s', (value, text) => {
    expect(formatTick(value)).toBe(text);
  });
});

describe('formatPercent', () => {
  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.125, '12.5 %'],
    [0.0001, '< 0.1 %'],
    [0.99999, '> 99.9 %'],
    [NaN, 'NaN'],
  ])('writes %d as %s', (value, text) => {
    expect(formatPercent(value)).toBe(text);
  });
});

describe('formatCount', () => {
  it('separates thousands', () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  });
});

describe('formatValue', () => {
  it('follows the format and shows NaN in each', () => {
    expect(formatValue(0.5, 'percent')).toBe('50 %');
    expect(formatValue(5000, 'count')).toBe('5,000');
    expect(formatValue(0.5, 'number')).toBe('0.5');
    for (const format of ['percent', 'count', 'number'] as const) {
      expect(formatValue(NaN, format)).toBe('NaN');
    }
  });
});

describe('formatAge', () => {
  it.each([
    [0, 'just now'],
    [12.9, '12 s ago'],
    [61, '1 min ago'],
    [7200, '2 h ago'],
    [86400 * 3, '3 d ago'],
    [NaN, ''],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });
});

describe('ageHolds', () => {
  it.each([5, 12.9, 59.5, 61, 119, 3599, 3601, 7100, 86399, 90000])(
    'is when the words for %d seconds change',
    (seconds) => {
      const holds = ageHolds(seconds);
      expect(formatAge(seconds + holds - 0.01)).toBe(formatAge(seconds));
      expect(formatAge(seconds + holds + 0.01)).not.toBe(formatAge(seconds));
    },
  );
  it('never comes where there is no age', () => expect(ageHolds(NaN)).toBe(Infinity));
});

describe('formatShape', () => {
  it('marks unknown dimensions', () => {
    expect(formatShape([-1, 8, 8, 16])).toBe('? × 8 × 8 × 16');
  });
});
