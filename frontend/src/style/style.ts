/** All style sheets: what every room shares first, then each room's own. */

import uplot from 'uplot/dist/uPlot.min.css?inline';
import base from './base.css?inline';
import tokens from './tokens.css?inline';

const shared = import.meta.glob<string>(['../{components,tables,plots,samples}/*.css'], {
  query: '?inline',
  import: 'default',
  eager: true,
});
const rooms = import.meta.glob<string>(
  ['../*/*.css', '../views/*/*.css', '!../{style,components,tables,plots,samples}/*.css'],
  {query: '?inline', import: 'default', eager: true},
);

export default [uplot, tokens, base, ...Object.values(shared), ...Object.values(rooms)].join('\n');
