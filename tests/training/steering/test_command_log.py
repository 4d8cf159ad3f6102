"""The record of the commands takes every text."""

import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.catalog import commands
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.recorder import Recorder
from tb_keras_inspect.training.steering.command_log import MAX_TEXT, CommandLog

pytestmark = pytest.mark.any_backend


def test_a_reason_with_signs_that_are_not_unicode_is_recorded(tmp_path):
    """As the path of a directory may have them, in the message of an error."""
    recorder = Recorder(str(tmp_path))
    CommandLog(recorder).add(3, new_id(), "stop", {}, "refused", why="no \udcff", old="x" * 5000)
    recorder.close()
    (entry,) = load_run(tmp_path).controls
    assert (entry.step, entry.why, len(entry.old)) == (3, "no \\udcff", MAX_TEXT)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("break_on_finding", {"problem": "\ud800"}),
        ("freeze", {"layers": ["a", "\udfff"]}),
        ("look_at_activations", {"layer": "\ud800"}),
    ],
)
def test_a_name_that_is_not_unicode_is_refused(command, arguments):
    """A breakpoint on one ended the fit when it was recorded."""
    with pytest.raises(commands.CommandError, match="a name in Unicode"):
        commands.checked(command, arguments)
