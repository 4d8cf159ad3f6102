"""W&B, offline with TensorBoard sync, and MLflow's autolog: both log as without the callback."""

import json

import pytest

from tests import programs
from tests.integrations import small

pytestmark = [pytest.mark.slow]


def tracked(tool, folder, watched):
    """What a tool has logged of a fit, in a process of its own because the tools patch Keras."""
    folder.mkdir()
    done = programs.run("tests.integrations.tracked_fit", tool, folder, watched)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("tool", ["mlflow", "wandb"])
def test_a_tracker_logs_the_same_with_the_callback_and_the_run_is_whole(tmp_path, tool):
    small.needed(tool)
    plain, watched = (tracked(tool, tmp_path / name, name) for name in ("plain", "watched"))
    assert watched == plain
    assert watched["loss"] > 0
    assert tool != "wandb" or watched["names"] == ["epoch_loss", "epoch_learning_rate"]
    assert small.steps(tmp_path / "watched" / "logs") == {".": list(range(8))}
