/** Views that other rooms open or ask for by name; a test checks that the table of views has them. */
export const NAMED_VIEWS = {
  runs: 'runs',
  overview: 'overview',
  time: 'time',
  units: 'units',
  compare: 'compare',
} as const;

export type NamedView = (typeof NAMED_VIEWS)[keyof typeof NAMED_VIEWS];
