"""A checkpoint is a whole model in its place, and nothing else is ever written over."""

import os
import uuid

import keras
import pytest

from tb_keras_inspect.files.locations import below, opened
from tb_keras_inspect.steering.channel import FOLDER
from tb_keras_inspect.training.steering.checkpoint import CHECKPOINTS, save_checkpoint

pytestmark = pytest.mark.any_backend
NAME = "step_00000003.keras"


@pytest.fixture(scope="module")
def model():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


@pytest.fixture
def control(tmp_path):
    """The folder of the control files; beside it a file and a folder that must stay as they are."""
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run" / FOLDER).mkdir(parents=True)
    yield tmp_path / "run" / FOLDER
    assert (tmp_path / "precious").read_text() == "precious"
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_checkpoint_is_a_model_that_loads(model, control):
    file, size = save_checkpoint(model, str(control.parent), 3)
    path = control.parent / file
    assert path.stat().st_size == size
    assert os.listdir(control / CHECKPOINTS) == [NAME]
    keras.models.load_model(path)
    umask = os.umask(0)
    os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize("name", [NAME, f".part_{NAME}"])
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_made_beforehand_leads_to_no_other_file(name, link, model, control, tmp_path):
    (control / CHECKPOINTS).mkdir()
    link(tmp_path / "precious", control / CHECKPOINTS / name)
    save_checkpoint(model, str(control.parent), 3)
    keras.models.load_model(control / CHECKPOINTS / NAME)
    assert not (control / CHECKPOINTS / NAME).is_symlink()


def test_a_folder_that_is_a_link_is_refused(model, control, tmp_path):
    (control / CHECKPOINTS).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=CHECKPOINTS):
        save_checkpoint(model, str(control.parent), 3)
    (control / CHECKPOINTS).unlink()
    control.rmdir()
    control.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=FOLDER):
        save_checkpoint(model, str(control.parent), 3)


@pytest.mark.skipif(os.name != "posix", reason="needs pipes")
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_has_its_name_is_replaced_or_named_and_no_part_of_a_file_is_left(make, model, control):
    (control / CHECKPOINTS).mkdir()
    make(control / CHECKPOINTS / NAME)
    if make is os.mkfifo:
        save_checkpoint(model, str(control.parent), 3)
        keras.models.load_model(control / CHECKPOINTS / NAME)
    else:
        with pytest.raises(IsADirectoryError):
            save_checkpoint(model, str(control.parent), 3)
    assert os.listdir(control / CHECKPOINTS) == [NAME]


def test_behind_a_url_too(model):
    pytest.importorskip("fsspec")
    run = f"memory://tb_keras_inspect_{uuid.uuid4().hex}/a"
    _, size = save_checkpoint(model, run, 3)
    with opened(below(run, FOLDER, CHECKPOINTS)) as folder:
        assert folder.names() == [NAME]
        assert len(folder.read(NAME, 1 << 20)) == size
