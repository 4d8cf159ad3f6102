/** The module that TensorBoard loads into the tab's frame; it calls `render`. */

import {render as renderTree} from 'preact';
import {Client} from './api/client';
import {App} from './app/app';
import {connectHost} from './host/host';
import {Session} from './state/session';
import styles from './style/style';
import {VIEW_NAMES} from './views/index';

export function render(): void {
  document.title = 'Keras Inspect';
  document.documentElement.lang = 'en';
  // The entry page links no style sheet.
  const sheet = document.createElement('style');
  sheet.textContent = styles;
  document.head.append(sheet);
  const root = document.createElement('div');
  root.className = 'root';
  document.body.append(root);
  renderTree(<App session={new Session(connectHost(), new Client(), VIEW_NAMES)} />, root);
}
