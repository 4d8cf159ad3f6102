/** The probe samples inside the model: maps, attention, saliency, Grad-CAM, activation functions. */

import {KINDS} from '../../catalog';
import {Choice} from '../../components/controls';
import {NotRecorded} from '../../components/states';
import {useSession} from '../../state/session';
import type {PictureName} from '../../state/settings';
import {ActivationCurves} from './activation_curves';
import {ActivationMaps} from './activation_maps';
import {HeatOverlay} from './heat_overlay';

interface PictureInfo {
  readonly title: string;
  readonly explained: string;
  /** The kind of record. */
  readonly kind: string;
  /** What to say where it is not recorded. */
  readonly missing: string;
  readonly how: string;
}

const PROBE = 'Pass probe samples to the callback: InspectCallback(log_dir, probe=x_test[:8]).';

const INFOS: Readonly<Record<PictureName, PictureInfo>> = {
  maps: {
    title: 'Maps',
    explained: 'The output of the selected layer for each probe sample',
    kind: 'maps',
    missing: 'Activation maps are not recorded in this run',
    how: PROBE,
  },
  attention: {
    title: KINDS.attention.title,
    explained: 'How much each position (query) attends to each position (key), one image per head',
    kind: 'attention',
    missing: `${KINDS.attention.title} is not recorded in this run`,
    how: `Only models with attention layers have it. ${PROBE}`,
  },
  saliency: {
    title: KINDS.saliency.title,
    explained: 'Which elements of the input the score depends on most',
    kind: 'saliency',
    missing: `${KINDS.saliency.title} is not recorded in this run`,
    how: PROBE,
  },
  grad_cam: {
    title: KINDS.grad_cam.title,
    explained: 'Which regions of a convolution’s output raise the score',
    kind: 'grad_cam',
    missing: `${KINDS.grad_cam.title} is not recorded in this run`,
    how: `Only models with convolutions have it. ${PROBE}`,
  },
  functions: {
    title: 'Functions',
    explained: 'Each activation function over the inputs it received',
    kind: 'activation_function',
    missing: `${KINDS.activation_function.title} are not recorded in this run`,
    how: PROBE,
  },
};

export function Activations() {
  const session = useSession();
  const {picture} = session.settings;
  const names = Object.keys(INFOS) as PictureName[];
  const {kind, missing, how} = INFOS[picture.value];
  return (
    <>
      <div class="view-bar">
        <Choice<PictureName>
          label="What to show"
          testId="picture"
          value={picture.value}
          options={names.map((name) => [name, INFOS[name].title, INFOS[name].explained])}
          onChange={(next) => (picture.value = next)}
        />
        <span class="quiet">{INFOS[picture.value].explained}</span>
      </div>
      {session.has(kind) ? (
        <Shown key={picture.value} picture={picture.value} />
      ) : (
        <NotRecorded what={missing} how={how} />
      )}
    </>
  );
}

function Shown({picture}: {picture: PictureName}) {
  if (picture === 'functions') return <ActivationCurves />;
  if (picture === 'maps' || picture === 'attention') return <ActivationMaps kind={picture} />;
  return <HeatOverlay kind={picture} />;
}
