"""The findings of one run."""

from tb_keras_inspect.diagnosis import THRESHOLDS, Thresholds, diagnose, thresholds_of
from tb_keras_inspect.diagnosis.reported import reported_to_dict
from tb_keras_inspect.plugin.errors import BadRequestError
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_json
from tb_keras_inspect.store.run import RunData

THRESHOLD_NAMES = tuple(threshold.name for threshold in THRESHOLDS)


def findings_impl(run: RunData, params: Params) -> Payload:
    """The findings for the given thresholds, and all thresholds with the defaults of the run."""
    given = {name: params.text(name) for name in THRESHOLD_NAMES if params.has(name)}
    try:
        thresholds = Thresholds(thresholds_of(run), given)
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    found = diagnose(run, thresholds)
    return as_json(
        {
            "run": run.name,
            "verdict": found.verdict.to_dict() if found.verdict else None,
            "findings": [finding.to_dict() for finding in found],
            "reported": reported_to_dict(run, found),
            "thresholds": thresholds.to_list(),
            "problems": run.problems,
        }
    )
