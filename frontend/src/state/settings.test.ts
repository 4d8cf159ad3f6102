import {describe, expect, it} from 'vitest';
import {createSettings as createFor} from './settings';

const createSettings = () => createFor(['overview', 'time']);

describe('settings in the address', () => {
  it('are empty when nothing was chosen', () => {
    expect(createSettings().write().size).toBe(0);
  });

  it('come back as they were', () => {
    const {values: settings, write} = createSettings();
    settings.run.value = 'cnn/<b>';
    settings.step.value = 120;
    settings.view.value = 'time';
    settings.scale.value = 'relative';
    settings.filter.value = '^conv|dense$';
    settings.order.value = '-gradient.l2';
    const entries = write();
    const other = createSettings();
    other.read(entries);
    expect(other.write()).toEqual(entries);
    expect(other.values.step.value).toBe(120);
  });

  it('fall back to their initial values where the address is wrong', () => {
    const {values, read, write} = createSettings();
    values.step.value = 5;
    read(
      new Map([
        ['step', '-3'],
        ['view', '__proto__'],
        ['kind', 'constructor'],
        ['scale', 'cubic'],
        ['statistic', '<img>'],
        ['unknown', '1'],
      ]),
    );
    expect(write().size).toBe(0);
  });

  it('keep step 0 apart from following the latest', () => {
    const {values, write} = createSettings();
    values.step.value = 0;
    expect(write().get('step')).toBe('0');
  });
});
