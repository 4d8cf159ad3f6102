/** Chooses the colour map of magnitudes. */

import {SEQUENTIAL} from '../draw/colour_maps';
import {useSession} from '../state/session';
import {Select} from './controls';

export function ColourSelect() {
  const {colours} = useSession().settings;
  return (
    <Select
      label="Colours"
      value={colours.value}
      options={SEQUENTIAL.map((name) => [name, name])}
      onChange={(next) => (colours.value = next)}
    />
  );
}
