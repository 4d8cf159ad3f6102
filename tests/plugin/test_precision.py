"""The route of the precision forecast, against the forecast itself."""

import numpy as np
import pytest

from tb_keras_inspect import forecast_precision, load_run
from tests.plugin.serving import Client
from tests.store.run_writer import write_run


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    write_run(directory / "a").close()
    return directory


@pytest.fixture(scope="module")
def client(logdir):
    return Client(logdir)


@pytest.mark.parametrize("scaled", [False, True])
def test_the_rows_are_those_of_the_forecast(client, logdir, scaled):
    found = client.json("precision", run="a", precision="float8_e4m3fn", loss_scaling=int(scaled))
    want = forecast_precision(load_run(logdir / "a"), "float8_e4m3fn", loss_scaling=scaled)
    assert (found["precision"], found["loss_scale"]) == (want.precision, want.loss_scale)
    assert [(row["kind"], row["name"]) for row in found["rows"]] == [
        *zip(want.kinds, want.names, strict=True)
    ]
    numbers = [
        [row[name] for name in ("underflow", "overflow", "swallowed")] for row in found["rows"]
    ]
    np.testing.assert_array_equal(np.array(numbers, float), want.values)


@pytest.mark.parametrize(
    ("named", "arguments"),
    [
        ("one of float16, bfloat16", {"precision": "float7"}),
        ("'precision' is missing", {}),
        ("from 0 to 1", {"precision": "float16", "loss_scaling": 2}),
    ],
)
def test_errors_say_what_is_accepted(client, named, arguments):
    status, text = client.error("precision", run="a", **arguments)
    assert status == 400
    assert named in text
