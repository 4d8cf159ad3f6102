import {describe, expect, it} from 'vitest';
import {NAMED_VIEWS} from '../data/named_views';
import {createSettings} from '../state/settings';
import {VIEWS, VIEW_NAMES} from '.';

describe('VIEWS', () => {
  it('has one view of each name, with a title and a help text', () => {
    expect(new Set(VIEW_NAMES).size).toBe(VIEWS.length);
    for (const {title, help} of VIEWS) expect(title && help).toBeTruthy();
  });
  it('has every view that other rooms refer to by name', () => {
    expect(VIEW_NAMES).toEqual(expect.arrayContaining(Object.values(NAMED_VIEWS)));
  });
  it('are chosen by the address; one that does not exist is no choice', () => {
    const {values, read} = createSettings(VIEW_NAMES);
    expect(values.view.value).toBe('');
    read(new Map([['view', VIEW_NAMES[0]]]));
    expect(values.view.value).toBe(VIEW_NAMES[0]);
    read(new Map([['view', 'nonsense']]));
    expect(values.view.value).toBe('');
  });
});
