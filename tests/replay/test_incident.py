"""Incidents are untrusted: what cannot be right is refused, and nothing of it is run."""

import io
import json
import math
import os
import pathlib
import pickle
import resource
import subprocess
import sys
import time
import zipfile

import keras
import numpy as np
import pytest

from tb_keras_inspect.replay import incident
from tb_keras_inspect.replay.incident import IncidentError, read
from tb_keras_inspect.replay.model import model_of
from tb_keras_inspect.training.incidents.writing import write

GOOD = {
    "schema": 1,
    "backend": keras.backend.backend(),
    "missing": [],
    "batch": [{"array": "0"}, {"dict": {"a": {"list": [{"array": "1"}, None]}}}, None],
    "variables": [{"group": "weights", "path": "a", "shape": [2]}],
    "model": None,
}
ARRAYS = {
    "batch.npz": {"0": np.ones((2, 3)), "1": np.zeros(2)},
    "state.npz": {"0": np.ones(2), "torch_cpu": np.zeros(3, np.uint8)},
}


def made(tmp_path, **change):
    return write(str(tmp_path / "incidents"), "step_000001", GOOD | change, ARRAYS)


def test_what_is_written_is_read_again(tmp_path):
    found = read(made(tmp_path))
    np.testing.assert_array_equal(found.batch[0], np.ones((2, 3)))
    assert found.batch[1]["a"][1] is None
    assert found.batch[2] is None
    assert [array.shape for array in found.state["weights"]] == [(2,)]
    assert list(found.random_states) == ["torch_cpu"]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"backend": "os"},
        {"missing": ["the batch: keep_data=False"]},
        {"batch": []},
        {"batch": [{"array": "7"}]},
        {"batch": [{"array": "../0"}]},
        {"batch": [{"other": 1}]},
        {"variables": [{"group": "others"}]},
        {"variables": 3},
    ],
    ids=str,
)
def test_what_cannot_be_right_is_refused(tmp_path, change):
    with pytest.raises(IncidentError):
        read(made(tmp_path, **change))


@pytest.mark.parametrize("name", ["incident.json", "batch.npz", "state.npz"])
@pytest.mark.parametrize("size", [None, 0, 40, -7], ids=["gone", "empty", "begun", "nearly all"])
def test_a_file_of_which_a_part_is_missing_is_refused(tmp_path, name, size):
    path = pathlib.Path(made(tmp_path)) / name
    content = path.read_bytes()
    path.unlink()
    if size is not None:
        path.write_bytes(content[:size])
    with pytest.raises(IncidentError):
        read(str(path.parent))


def test_no_pickle_is_loaded(tmp_path):
    path = made(tmp_path)

    class Bad:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "run"),)

    for name, text in (("batch.npz", pickle.dumps(Bad())), ("state.npz", b"PK")):
        with open(os.path.join(path, name), "wb") as file:
            file.write(text)
        with pytest.raises(IncidentError, match="cannot be read"):
            read(path)
    objects = {"0": np.array([Bad()], object), "1": np.zeros(2)}
    np.savez(os.path.join(path, "batch.npz"), **objects)
    with pytest.raises(IncidentError, match="cannot be read"):
        read(path)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["incident.json", "batch.npz", "state.npz"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_no_link_is_followed_and_no_pipe_opened(tmp_path, name, kind):
    path = made(tmp_path)
    file = os.path.join(path, name)
    os.rename(file, tmp_path / "elsewhere")
    if kind == "link":
        os.symlink(tmp_path / "elsewhere", file)
    else:
        os.mkfifo(file)
    with pytest.raises(IncidentError):
        read(path)


def test_an_array_that_claims_to_be_huge_gets_no_memory(tmp_path):
    path = made(tmp_path)
    header = io.BytesIO()
    about = {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)}
    np.lib.format.write_array_header_1_0(header, about)
    with zipfile.ZipFile(os.path.join(path, "batch.npz"), "w") as archive:
        archive.writestr("0.npy", header.getvalue())
    with pytest.raises(IncidentError, match="is larger than its file"):
        read(path)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = made(tmp_path)
    monkeypatch.setattr(incident, "MOST_BYTES", 100)
    with pytest.raises(IncidentError, match="is larger than"):
        read(path)


@pytest.mark.parametrize("loss", ["1e400", "NaN", "10" * 500, '"a"', "[]"])
def test_any_loss_is_a_number_or_nan(tmp_path, loss):
    path = made(tmp_path, numbers={"loss": 7.5})
    file = pathlib.Path(path) / "incident.json"
    file.write_text(file.read_text().replace("7.5", loss))
    assert not math.isfinite(read(path).loss)


def test_another_directory_is_refused(tmp_path):
    with pytest.raises(IncidentError, match=r"RUN/incidents/step_000340.*Received"):
        read(str(tmp_path))


def test_an_incident_is_complete_or_not_there(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match="No space"):
        made(tmp_path)
    assert os.listdir(tmp_path / "incidents") == []


def test_a_second_incident_of_a_step_stands_beside_the_first(tmp_path):
    assert [os.path.basename(made(tmp_path)) for _ in range(3)] == [
        "step_000001",
        "step_000001_2",
        "step_000001_3",
    ]


def test_objects_are_not_written(tmp_path):
    with pytest.raises(TypeError, match="Python objects"):
        write(str(tmp_path), "step_000001", GOOD, {"batch.npz": {"0": np.array(["a"], object)}})


@pytest.mark.parametrize(
    "module", ["os", "subprocess", "my_model"], ids=lambda module: f"module {module}"
)
def test_a_class_that_is_not_keras_s_is_refused_with_a_way_out(tmp_path, module):
    config = {"module": module, "class_name": "system", "config": {}, "registered_name": "system"}
    with pytest.raises(IncidentError, match=r"system, which .*--import MODULE"):
        model_of(read(made(tmp_path, model=json.loads(json.dumps({"config": [config]})))))


@pytest.mark.parametrize("name", ["TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"])
def test_a_layer_that_loads_a_program_is_refused(tmp_path, name):
    config = {"module": "keras.layers", "class_name": name, "config": {"filepath": "a"}}
    with pytest.raises(IncidentError, match=f"{name}, which runs code"):
        model_of(read(made(tmp_path, model={"config": [config]})))


def test_code_in_a_layer_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x + 1)])
    model.compile("sgd", "mse")
    config = keras.saving.serialize_keras_object(model)
    with pytest.raises(IncidentError, match="cannot be made again"):
        model_of(read(made(tmp_path, model=json.loads(json.dumps(config)))))


def test_of_one_for_which_there_is_no_room_nothing_is_left(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    arrays = {"batch.npz": {"0": np.ones(10), "1": np.ones(100_000)}}
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # bytes of a file: it ends inside
    try:
        with pytest.raises(OSError, match="File too large"):
            write(str(tmp_path / "incidents"), "step_000001", GOOD, arrays)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(tmp_path / "incidents") == []


WRITES = """
import sys
import numpy as np
from tb_keras_inspect.training.incidents.writing import write
write(sys.argv[1], "step_000001", {}, {"batch.npz": {str(i): np.ones(1 << 20) for i in range(500)}})
"""


def test_one_whose_program_is_killed_while_it_writes_is_not_an_incident(tmp_path):
    folder = tmp_path / "incidents"
    with subprocess.Popen([sys.executable, "-c", WRITES, str(folder)]) as program:
        while not (found := [*folder.glob("*/batch.npz")]) or not found[0].stat().st_size:
            assert program.poll() is None
            time.sleep(0.001)
        program.kill()
    assert [path.name[:6] for path in folder.iterdir()] == [".part_"]
    with pytest.raises(IncidentError, match="Expected the directory of an incident"):
        read(str(found[0].parent))
