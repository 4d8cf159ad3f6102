import uplot from 'uplot/dist/uPlot.min.css?inline';
import base from './base.css?inline';
import controls from './controls.css?inline';
import tokens from './tokens.css?inline';
import views from './views.css?inline';

export default [uplot, tokens, base, controls, views].join('\n');
