/** Names of a table's rows beside its heatmap. */

import {type Layer, layerOfRow, splitPath} from '../data/layers';
import {useSession} from '../state/session';
import {px} from '../components/hooks';

const CHARACTER_WIDTH = 6.2; // CSS pixels of the labels' font, on average
const NARROWEST_GUTTER = 72;
const WIDEST_GUTTER = 260;
const LOWEST_LABEL = 11;

/** Room for the longest name, within limits: names beyond them are cut and shown on hover. */
export function gutterOf(names: readonly string[]): number {
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
  const wanted = Math.ceil(longest * CHARACTER_WIDTH) + 22;
  return Math.min(WIDEST_GUTTER, Math.max(NARROWEST_GUTTER, wanted));
}

/** First and one past the last row of the layer. */
export function markedRows(names: readonly string[], layer: Layer | undefined) {
  if (!layer) return undefined;
  const own = new Set([
    ...layer.variables.map((variable) => variable.path),
    ...layer.sites.map((site) => site.name),
  ]);
  const first = names.findIndex((name) => own.has(name));
  if (first < 0) return undefined;
  let end = first;
  while (end < names.length && own.has(names[end])) end++;
  return [first, end] as const;
}

export function RowLabels({names, height}: {names: readonly string[]; height: number}) {
  const session = useSession();
  const room = height - 4;
  const stride = Math.max(1, Math.ceil((LOWEST_LABEL * names.length) / room));
  return (
    <div class="row-labels">
      {names.map((name, row) => {
        if (row % stride) return null;
        const [prefix, own] = splitPath(name);
        const layer = layerOfRow(session.layers.value, name);
        return (
          <button
            key={name}
            type="button"
            title={name}
            class={layer && layer === session.layer.value ? 'selected' : ''}
            style={{
              top: px(4 + (row * room) / names.length),
              height: px((stride * room) / names.length),
            }}
            onClick={() => layer && (session.settings.layer.value = layer.path)}
          >
            <span class="prefix">{prefix}</span>
            <span class="name">{own}</span>
          </button>
        );
      })}
    </div>
  );
}
