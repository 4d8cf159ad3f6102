import {describe, expect, it} from 'vitest';
import {encodeContainer} from '../api/testing';
import type {Outcome} from './control_types';
import {readInspection} from './inspected';

const outcome = (command: string, detail: Record<string, unknown>): Outcome => ({
  id: '1',
  command,
  outcome: 'done',
  why: '',
  detail,
});

describe('readInspection', () => {
  const empty = encodeContainer({inputs: []}, []);

  it('reads the losses of a batch, NaN and infinities included', () => {
    const detail = {
      form: 'probe',
      samples: [2, 0],
      losses: [0.5, 'NaN', 'Infinity'],
      batch_size: 3,
    };
    const inspection = readInspection(outcome('look_at_batch', detail), empty, 7);
    expect(inspection).toMatchObject({
      step: 7,
      batch: {samples: [2, 0], losses: [0.5, NaN, Infinity], size: 3},
    });
  });

  it('has no losses where the run could not compute them, but the reason', () => {
    const detail = {
      form: 'probe',
      samples: [0],
      losses: null,
      why_no_losses: 'no loss',
      batch_size: 1,
    };
    const inspection = readInspection(outcome('look_at_batch', detail), empty, 0);
    expect(inspection).toMatchObject({batch: {losses: undefined, whyNoLosses: 'no loss'}});
  });
});
