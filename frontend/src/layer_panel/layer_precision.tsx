/** What a lower precision would lose of the selected layer, if asked for. */

import {useSignal} from '@preact/signals';
import {precisionQuery} from '../api/precision';
import {Select} from '../components/controls';
import {Pending} from '../components/states';
import {type Layer, splitPath} from '../data/layers';
import {formatPercent} from '../draw/format';
import {useLoaded, useSession} from '../state/session';

const FORMATS = [
  ['', 'choose'],
  ['bfloat16', 'bfloat16'],
  ['float16', 'float16'],
  ['float16 scaled', 'float16, loss scaling'],
  ['float8_e4m3fn', 'float8 e4m3'],
  ['float8_e5m2', 'float8 e5m2'],
] as const;
type Format = (typeof FORMATS)[number][0];

const LOST = [
  ['underflow', 'to 0', 'Fraction of the elements that would be rounded to 0.'],
  ['overflow', 'overflow', 'Fraction of the elements that would become infinite or NaN.'],
  ['swallowed', 'swallowed', 'Of updates: fraction too small to change its weight.'],
] as const;

export function LayerPrecision({layer}: {layer: Layer}) {
  const session = useSession();
  const format = useSignal<Format>('');
  const loaded = useLoaded(() => {
    const [name, scaled] = format.value.split(' ');
    if (!name) return undefined;
    return session.request((run) => precisionQuery(run, name, scaled !== undefined));
  });
  const own = [...layer.variables.map(({path}) => path), ...layer.sites.map(({name}) => name)];
  return (
    <section class="track layer-precision" data-testid="layer-precision">
      <header>
        <h3 title="Fractions of the non-zero elements, from the histograms of all samples">
          Lost in lower precision
        </h3>
        <span class="spring" />
        <Select
          label="Number format"
          value={format.value}
          options={FORMATS}
          onChange={(chosen) => (format.value = chosen)}
          testId="precision"
        />
      </header>
      {format.value && (
        <Pending loaded={loaded.state.value} retry={() => loaded.retry()}>
          {({rows}) => (
            <table class="values" aria-label={`Lost in ${format.value}`}>
              <thead>
                <tr>
                  <td />
                  {LOST.map(([key, title, meaning]) => (
                    <th key={key} class="number" title={meaning}>
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows
                  .filter(({name}) => own.includes(name))
                  .map((row) => (
                    <tr key={`${row.kind} ${row.name}`} data-row={row.name} data-kind={row.kind}>
                      <th scope="row" title={row.name}>
                        {row.kind === 'activation' ? 'output' : splitPath(row.name)[1]}
                        {row.kind !== 'activation' && <span class="class-name"> {row.kind}</span>}
                      </th>
                      {LOST.map(([key]) => (
                        <td key={key} class="number">
                          {row[key] === null ? '' : formatPercent(row[key])}
                        </td>
                      ))}
                    </tr>
                  ))}
              </tbody>
            </table>
          )}
        </Pending>
      )}
    </section>
  );
}
