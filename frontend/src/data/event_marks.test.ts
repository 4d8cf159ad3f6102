import {expect, test} from 'vitest';
import type {Finding} from '../api/findings';
import {eventMarks} from './event_marks';

const DOMAIN = {first: 0, end: 200};
const finding = (first_step: number, severity: string) => ({first_step, severity}) as Finding;

test('findings are marked where they begin, the worst of those at one step', () => {
  const found = [finding(50, 'note'), finding(50, 'error'), finding(100, 'warning')];
  expect(eventMarks(found, [], DOMAIN)).toEqual([
    {left: 25, kind: 'error'},
    {left: 50, kind: 'warning'},
  ]);
});

test('what holds from the start and what lies outside is not marked', () => {
  expect(eventMarks([finding(0, 'error'), finding(200, 'error')], [0, 300], DOMAIN)).toEqual([]);
});

test('a step with several commands has one mark', () => {
  expect(eventMarks([], [20, 20, 40], DOMAIN).map(({left}) => left)).toEqual([10, 20]);
});
