import {describe, expect, it} from 'vitest';
import {OVERVIEW_COLUMNS} from '../../data/overview_columns';
import {FLOWS, flowWidth} from './flow';

describe('flowWidth', () => {
  it('grows with the place on the scale, and stays within its ends', () => {
    const widths = [-1, 0, 0.5, 1, 2].map((place) => flowWidth(place)!);
    expect(widths[1]).toBe(widths[0]);
    expect(widths[2]).toBeGreaterThan(widths[1]);
    expect(widths[3]).toBeGreaterThan(widths[2]);
    expect(widths[4]).toBe(widths[3]);
  });
  it('is none where there is no number', () => {
    expect(flowWidth(undefined)).toBeUndefined();
    expect(flowWidth(NaN)).toBeUndefined();
  });
});

describe('FLOWS', () => {
  it('shows numbers that the overview has', () => {
    const keys = OVERVIEW_COLUMNS.map(({key}) => key);
    for (const {key} of Object.values(FLOWS)) expect(keys).toContain(key);
  });
});
