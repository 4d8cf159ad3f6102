/** The views in the order of their tabs, with their titles. */
export const VIEW_TITLES = {
  overview: 'Overview',
  time: 'Over time',
  distributions: 'Distributions',
  activations: 'Activations',
  units: 'Units',
  weights: 'Weights',
  graph: 'Graph',
  compare: 'Compare',
} as const;

export type ViewName = keyof typeof VIEW_TITLES;

export const VIEWS = Object.keys(VIEW_TITLES) as readonly ViewName[];
