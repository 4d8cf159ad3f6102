"""One recording at a time has a directory, from process to process."""

import errno
import os
import subprocess
import sys

import pytest

from tb_keras_inspect.files.claim import LOCK_FILE, Claim, claim

CLAIM = """
import sys
from tb_keras_inspect.files.claim import claim
held = claim(sys.argv[1])
print(held.path, flush=True)
sys.stdin.read()
"""


def other_process(directory):
    """Another process that claims the directory, and where it records."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().strip()


def test_a_second_process_records_below_and_a_third_one_beside_it(tmp_path):
    first = claim(str(tmp_path))
    second, below = other_process(tmp_path)
    third, beside = other_process(tmp_path)
    for process in (second, third):
        process.communicate("")
    assert first.path == str(tmp_path)
    assert below == str(tmp_path / "run_002")
    assert beside == str(tmp_path / "run_003")
    first.release()


def test_a_killed_process_holds_nothing(tmp_path):
    process, where = other_process(tmp_path)
    assert where == str(tmp_path)
    assert not Claim(str(tmp_path)).is_free
    process.kill()
    process.communicate()
    mine = Claim(str(tmp_path))
    assert mine.is_free
    mine.release()


def test_a_released_directory_is_free_again(tmp_path):
    first = Claim(str(tmp_path))
    first.release()
    first.release()
    process, where = other_process(tmp_path)
    process.communicate("")
    assert where == str(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_neither_holds_the_directory_nor_frees_it(tmp_path):
    mine = Claim(str(tmp_path))
    child_goes, parent_tells = os.pipe()
    child = os.fork()
    if not child:
        mine.release()
        os.read(child_goes, 1)
        os._exit(0)
    try:
        assert not Claim(str(tmp_path)).is_free
        mine.release()
        again = Claim(str(tmp_path))
        assert again.is_free  # though the child lives
        again.release()
    finally:
        os.write(parent_tells, b"x")
        os.waitpid(child, 0)


def test_where_the_lock_cannot_be_made_the_directory_counts_as_free(tmp_path):
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / "elsewhere")  # not followed
    assert Claim(str(tmp_path)).is_free


def refuse(monkeypatch, refused):
    """Let nothing open a file, as where it is another user's; to root, permissions mean nothing."""
    original = os.open

    def opened(path, *arguments, **options):
        if os.fspath(path) == str(refused):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return original(path, *arguments, **options)

    monkeypatch.setattr(os, "open", opened)


def test_beside_another_users_lock_file_a_run_is_recorded_below(tmp_path, monkeypatch):
    (tmp_path / LOCK_FILE).touch()
    refuse(monkeypatch, tmp_path / LOCK_FILE)
    mine = claim(str(tmp_path))
    assert mine.path == str(tmp_path / "run_002")
    mine.release()


def test_where_no_lock_file_may_be_made_the_directory_counts_as_free(tmp_path, monkeypatch):
    refuse(monkeypatch, tmp_path / LOCK_FILE)
    assert Claim(str(tmp_path)).is_free


def test_a_url_is_always_free():
    assert all(claim("memory://a/b").path == "memory://a/b" for _ in range(2))


def test_a_directory_that_does_not_suit_is_left_for_a_new_one(tmp_path):
    def is_empty(path):
        return set(os.listdir(path)) <= {LOCK_FILE}

    for name in ("run_002", "run_009", "run_0", "run_10x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    mine = claim(str(tmp_path), is_empty)
    assert mine.path == str(tmp_path / "run_010")
    mine.release()


def test_a_hard_link_with_the_name_of_the_lock_file_is_left_alone(tmp_path):
    """filelock empties the file that it locks, up to some version of it."""
    (tmp_path / "precious").write_text("precious")
    os.link(tmp_path / "precious", tmp_path / LOCK_FILE)
    assert Claim(str(tmp_path)).is_free
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.skipif(os.name != "posix", reason="needs pipes")
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_where_the_lock_files_name_is_taken_the_directory_counts_as_free(tmp_path, make):
    make(tmp_path / LOCK_FILE)
    assert Claim(str(tmp_path)).is_free


def test_a_run_is_recorded_neither_behind_a_link_nor_over_a_file(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a" / "run_002").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "a" / "run_003").symlink_to(tmp_path / "nothing")
    (tmp_path / "a" / "run_004").write_text("")
    process, _ = other_process(tmp_path / "a")
    mine = claim(str(tmp_path / "a"))
    process.communicate("")
    mine.release()
    assert mine.path == str(tmp_path / "a" / "run_005")
    assert os.listdir(tmp_path / "elsewhere") == []
