"""What differs between two runs, and where they first part."""

from tb_keras_inspect.differences import diff
from tb_keras_inspect.plugin.payload import Payload, as_json
from tb_keras_inspect.store.run import RunData


def difference_impl(run: RunData, other: RunData) -> Payload:
    """As `tb-keras-inspect diff --json`."""
    return as_json(diff(run, other).to_dict())
