"""Whether a network is a single linear map, however many layers it has."""

from tb_keras_inspect.diagnosis.signals.structure import PASSING, Structure

LINEAR = (
    *PASSING,
    "Dense",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "BatchNormalization",
    "Normalization",
    "Rescaling",
    "AveragePooling1D",
    "AveragePooling2D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "ZeroPadding2D",
    "UpSampling2D",
    "GaussianDropout",
    "Add",
    "Concatenate",
    "Activation",
)
TRACED = ("Sequential", "Functional")  # models that are nothing but their layers


def linear_layers(structure: Structure) -> list[str]:
    """Paths of the hidden layers of a network without any activation function before its output.

    Returns:
        Nothing if one has an activation function, or is of a class not known to be linear; nor if
        a layer is narrower than what comes in and what goes out, as where a matrix is factorised.
    """
    model = structure.model
    if model is None or model.class_name not in TRACED or not structure.outputs:
        return []
    last = structure.outputs[0].layer
    for site in structure.leaves:
        if structure.class_of(site) not in LINEAR:
            return []
        if site.layer != last and structure.activation_of(site) not in ("", "linear"):
            return []
    for index, layer in enumerate(structure.layers):
        if not structure.is_container(index) and layer.class_name not in LINEAR:
            return []
    hidden = [item for item in structure.weighted if item.layer is not structure.layers[last]]
    shapes = {variable.path: variable.shape for variable in structure.variables}
    widths = [shapes[item.kernels[0]] for item in structure.weighted]
    if not hidden or min(shape[-1] for shape in widths[:-1]) < min(widths[0][-2], widths[-1][-1]):
        return []
    return [item.layer.path for item in hidden]
