/** Chooses a layer by the name of one of its outputs. */

import {useSession} from '../state/session';
import {Select} from './controls';

interface SiteSelectProps {
  readonly names: readonly string[];
  /** Empty where none is chosen. */
  readonly value: string;
  readonly testId: string;
}

export function SiteSelect({names, value, testId}: SiteSelectProps) {
  const session = useSession();
  const choose = (name: string) => {
    const owner = session.layers.peek().find((layer) => layer.sites.some((s) => s.name === name));
    if (owner) session.settings.layer.value = owner.path;
  };
  const shown = names.includes(value) ? names : [value, ...names];
  return (
    <Select
      label="Layer"
      value={value}
      options={shown.map((name) => [name, name || 'choose a layer'])}
      onChange={choose}
      testId={testId}
      visibleLabel
    />
  );
}
