"""What the option `pictures=` offers to record of the probe samples."""

import dataclasses

from tb_keras_inspect.catalog.kinds import Kind


@dataclasses.dataclass(frozen=True)
class Picture:
    """One choice of the option.

    Attributes:
        name: As users write it.
        kind: As the log holds it.
        backward: Whether it takes a backward pass of its own; the tier "economy" leaves it out.
    """

    name: str
    kind: Kind
    backward: bool = False


_ALL = (
    Picture("activations", Kind.MAPS),
    Picture("attention", Kind.ATTENTION),
    Picture("saliency", Kind.SALIENCY, backward=True),
    Picture("grad_cam", Kind.GRAD_CAM, backward=True),
    Picture("kernels", Kind.KERNELS),
    Picture("activation_functions", Kind.ACTIVATION_FUNCTION),
    Picture("representation", Kind.REPRESENTATION),
)
PICTURES: dict[str, Picture] = {picture.name: picture for picture in _ALL}
ALL = frozenset(picture.kind for picture in _ALL)
GRADIENTS = frozenset(picture.kind for picture in _ALL if picture.backward)
MAX_CHANNELS = 64  # of one array, by default
MAX_PIXELS = 4096  # of one picture, by default
