"""The page on Ray Train, run as it stands: two workers, one run, which worker 0 writes."""

import pytest

from tests import programs
from tests.integrations import small

small.needed("ray")
pytestmark = [pytest.mark.slow]
PAGE = "docs/howto/ray.md"


def test_two_workers_of_each_trainer_record_one_whole_run(tmp_path):
    environment = {
        "PYTHONPATH": str(programs.ROOT),  # for the workers
        "RAY_USAGE_STATS_ENABLED": "0",
        "CUDA_VISIBLE_DEVICES": "",
    }
    done = programs.run("tests.docs.run_blocks", tmp_path, PAGE, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    logs = tmp_path / "logs"
    steps = small.steps(logs)
    assert steps["ray_torch"] == steps["ray_tensorflow"] == list(range(8))
    for name in ("ray_torch", "ray_tensorflow"):
        assert len(list((logs / name).glob("*.keras_inspect"))) == 1
