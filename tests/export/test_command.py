"""`tb-keras-inspect export`: files, what is printed, the exit status."""

import subprocess
import sys

import pytest

from tb_keras_inspect.cli import main


def test_each_run_gets_a_folder_and_each_file_a_line(logdir, tmp_path, capsys):
    assert main(["export", str(logdir), "--output", str(tmp_path), "--kinds", "gradient"]) == 0
    wanted = [tmp_path / name / "gradient.csv" for name in ("first", "nested/second")]
    assert capsys.readouterr().out.splitlines() == [str(path) for path in wanted]
    assert all(path.read_text().startswith("step,name,l2,") for path in wanted)


def test_a_run_itself_may_be_given(logdir, tmp_path, capsys):
    arguments = [str(logdir / "first"), "--format", "html", "--output", str(tmp_path)]
    assert main(["export", *arguments]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "first" / "run.html")]


@pytest.mark.parametrize(
    ("path", "options", "words"),
    [
        ("missing", [], "No such directory"),
        (".", ["--kinds", "gradients"], "'gradients'"),
    ],
)
def test_bad_input_ends_with_status_2_and_one_line(logdir, tmp_path, capsys, path, options, words):
    command = ["export", str(logdir / path), "--output", str(tmp_path), *options]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.splitlines()) == 1


def test_a_folder_that_cannot_be_made_is_said(logdir, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["export", str(logdir), "--output", str(tmp_path / "file")]) == 2
    assert "file" in capsys.readouterr().err


def test_a_reader_that_goes_away_ends_it_without_a_word(logdir, tmp_path):
    command = [sys.executable, "-m", "tb_keras_inspect.cli", "export", str(logdir)]
    process = subprocess.Popen(
        [*command, "--output", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 141
