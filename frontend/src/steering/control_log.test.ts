import {expect, test} from 'vitest';
import {type ControlEntry, entryText, marksOf, words} from './control_log';

const entry = (given: Partial<ControlEntry>): ControlEntry => ({
  step: 3,
  command: 'set_learning_rate',
  outcome: 'done',
  why: '',
  given_up: [0, 0],
  old: '0.1',
  new: '0.01',
  ...given,
});

test('what changed something is marked, what was refused or only recorded is not', () => {
  const entries = [
    entry({}),
    entry({outcome: 'refused', new: ''}),
    entry({outcome: 'superseded', new: '0.2'}),
    entry({command: 'sample_now', old: '', new: ''}),
  ];
  expect(marksOf(entries)).toEqual([entries[0]]);
});

test('an entry says what was changed and how, a breakpoint what it met', () => {
  expect(entryText(entry({}))).toBe('set learning rate: 0.1 → 0.01');
  expect(entryText(entry({command: 'pause', old: '', new: 'paused'}))).toBe('pause: paused');
  expect(entryText(entry({command: 'breakpoint', why: 'step 7'}))).toBe('paused: step 7');
  expect(words('run_to_epoch_end')).toBe('run to epoch end');
  expect(words('look_at_batch')).toBe('inspect batch');
});
