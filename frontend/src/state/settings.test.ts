import {describe, expect, it} from 'vitest';
import {createSettings, readSettings, writeSettings} from './settings';

describe('settings in the address', () => {
  it('are empty when nothing was chosen', () => {
    expect(writeSettings(createSettings()).size).toBe(0);
  });

  it('come back as they were', () => {
    const settings = createSettings();
    settings.run.value = 'cnn/<b>';
    settings.step.value = 120;
    settings.view.value = 'time';
    settings.scale.value = 'relative';
    settings.filter.value = '^conv|dense$';
    settings.order.value = '-gradient.l2';
    const entries = writeSettings(settings);
    const other = createSettings();
    readSettings(other, entries);
    expect(writeSettings(other)).toEqual(entries);
    expect(other.step.value).toBe(120);
  });

  it('fall back to their initial values where the address is wrong', () => {
    const settings = createSettings();
    settings.step.value = 5;
    readSettings(
      settings,
      new Map([
        ['step', '-3'],
        ['view', '__proto__'],
        ['kind', 'constructor'],
        ['scale', 'cubic'],
        ['statistic', '<img>'],
        ['unknown', '1'],
      ]),
    );
    expect(writeSettings(settings).size).toBe(0);
  });

  it('keep step 0 apart from following the latest', () => {
    const settings = createSettings();
    settings.step.value = 0;
    expect(writeSettings(settings).get('step')).toBe('0');
  });
});
