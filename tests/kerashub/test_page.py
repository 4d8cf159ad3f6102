"""The page on Gemma and LoRA, run as it stands."""

import os

import keras
import pytest

from tests import programs

if os.environ.get("NEEDS_KERASHUB") != "1":
    pytest.importorskip("keras_hub")
pytestmark = [pytest.mark.slow]
PAGE = "docs/howto/gemma_lora.md"


def test_blocks_run_one_after_the_other(tmp_path):
    environment = {"KERAS_BACKEND": keras.backend.backend(), "PYTHONWARNINGS": "ignore"}
    done = programs.run("tests.docs.run_blocks", tmp_path, PAGE, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
