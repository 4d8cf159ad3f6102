import {describe, expect, it} from 'vitest';
import {snippet, suggestedDirectory} from './empty';

describe('suggestedDirectory', () => {
  it.each([
    ['/home/me/logs', '/home/me/logs/run_1'],
    ['./logs/', './logs/run_1'],
    ['C:\\logs\\', 'C:\\logs/run_1'],
    ['', 'logs/run_1'],
    ['a:/x,b:/y', 'logs/run_1'],
    ['gs://bucket/logs', 'logs/run_1'],
  ])('of %j is %j', (logdir, directory) => {
    expect(suggestedDirectory(logdir)).toBe(directory);
  });
});

describe('snippet', () => {
  it('quotes the directory as Python does', () => {
    expect(snippet('/a "b"/run_1')).toContain('InspectCallback("/a \\"b\\"/run_1")');
  });
});
