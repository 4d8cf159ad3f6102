import {describe, expect, it} from 'vitest';
import {fileName, overTime, toCsv} from './sheet';

describe('toCsv', () => {
  it('has a line a step, numbers in full, nothing where nothing is recorded', () => {
    const values = [
      [0.1, NaN],
      [1e-30, undefined],
    ];
    const sheet = overTime('t', [0, 10], ['a', 'b'], (series, place) => values[place][series]);
    expect(toCsv(sheet)).toBe('step,a,b\r\n0,0.1,NaN\r\n10,1e-30,\r\n');
  });
  it('quotes what needs it, and keeps formulas text', () => {
    const names = ['a,b', 'say "x"', '=HYPERLINK(1)', '-x', 'two\nlines'];
    expect(toCsv(overTime('t', [], names, () => 0))).toBe(
      'step,"a,b","say ""x""",\'=HYPERLINK(1),\'-x,"two\nlines"\r\n',
    );
  });
});

describe('names that a spreadsheet would compute', () => {
  for (const name of [
    ' =1+1',
    '\n=1',
    '\u00a0+1',
    '\ufeff@A1',
    '\u200b-1',
    '＝1+1',
    '\t',
    '\r\n\u2060=1',
  ]) {
    it(`are text: ${JSON.stringify(name)}`, () => {
      const [, field] = toCsv(overTime('t', [], [name], () => 0)).split(/step,/);
      expect(field.replace(/^"/, '')[0]).toBe("'");
    });
  }

  it('stay in their cell where another sign separates', () => {
    expect(toCsv(overTime('t', [], ['a;=1'], () => 0))).toBe('step,"a;=1"\r\n');
  });
});

describe('fileName', () => {
  it('is safe whatever the names are', () => {
    expect(fileName(['a/b', '', '../x y'], 'csv')).toBe('a_b-.._x_y.csv');
    expect(fileName(['', ''], 'png')).toBe('keras_inspect.png');
    expect(fileName(['x'.repeat(500)], 'csv').length).toBeLessThan(130);
  });
});
