/** The table of views, in the order of their tabs. A view is added here, and nowhere else. */

import type {ComponentChild} from 'preact';
import {Activations} from './activations/activations';
import {Compare} from './compare/compare';
import {DataView} from './data/data';
import {Distributions} from './distributions/distributions';
import {ExamplesView} from './examples/examples';
import {GraphView} from './graph/graph';
import {OverTime} from './over_time/over_time';
import {Overview} from './overview/overview';
import {RunsView} from './runs/runs';
import {UnitsView} from './units/units';
import {Weights} from './weights/weights';

export interface View {
  /** In the address, and in test ids. */
  readonly name: string;
  readonly title: string;
  /** What it shows, for the tab's tooltip and the help. */
  readonly help: string;
  readonly component: () => ComponentChild;
  /** Whether it is a table in any case, so that "view as table" is disabled. */
  readonly isTable?: boolean;
  /** Whether it is about all runs: it has the whole page, without layers and steps of one run. */
  readonly ofAllRuns?: boolean;
}

export const VIEWS: readonly View[] = [
  {
    name: 'runs',
    title: 'Runs',
    help: 'all runs with their health, last numbers and settings',
    component: RunsView,
    isTable: true,
    ofAllRuns: true,
  },
  {
    name: 'overview',
    title: 'Overview',
    help: 'every layer at the shown step',
    component: Overview,
    isTable: true,
  },
  {
    name: 'time',
    title: 'Over time',
    help: 'one statistic of all rows over the run',
    component: OverTime,
  },
  {
    name: 'distributions',
    title: 'Distributions',
    help: 'how the values of one tensor are distributed over the run',
    component: Distributions,
  },
  {
    name: 'activations',
    title: 'Activations',
    help: 'what the probe samples look like inside the model',
    component: Activations,
  },
  {
    name: 'units',
    title: 'Units',
    help: 'each unit of a layer over the run, and when it died',
    component: UnitsView,
  },
  {
    name: 'weights',
    title: 'Weights',
    help: 'every trainable variable: its size, growth and updates',
    component: Weights,
  },
  {
    name: 'data',
    title: 'Data',
    help: 'inputs, targets and numbers of the training step',
    component: DataView,
    isTable: true,
  },
  {
    name: 'examples',
    title: 'Examples',
    help: 'the loss of single examples: over the run, and the worst of the shown step',
    component: ExamplesView,
    isTable: true,
  },
  {
    name: 'graph',
    title: 'Graph',
    help: 'the layers of the model and their connections',
    component: GraphView,
  },
  {
    name: 'compare',
    title: 'Compare',
    help: 'two runs side by side, and their difference',
    component: Compare,
  },
];

export const VIEW_NAMES = VIEWS.map(({name}) => name);

/** The view of a name that the table has. */
export const viewNamed = (name: string): View => VIEWS.find((view) => view.name === name)!;
