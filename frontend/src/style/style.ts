import uplot from 'uplot/dist/uPlot.min.css?inline';
import base from './base.css?inline';
import control from './control.css?inline';
import controls from './controls.css?inline';
import pictures from './pictures.css?inline';
import findings from './findings.css?inline';
import tokens from './tokens.css?inline';
import views from './views.css?inline';

export default [uplot, tokens, base, controls, views, findings, pictures, control].join('\n');
