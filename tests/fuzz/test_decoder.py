"""Bytes that nobody vouches for: an error that says why, or arrays that agree; never anything else."""

import importlib.util
import os
import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import programs
from tests.fuzz import decoder

SECONDS = 20


def test_what_is_right_is_taken():
    for seed in decoder.seeds():
        assert decoder.examine(seed), seed[0]


@settings(max_examples=300)
@given(st.data())
def test_what_is_nearly_right_is_taken_or_refused(data):
    seed = data.draw(st.sampled_from(decoder.seeds()))
    choose = data.draw(st.integers(0, 2**32 - 1))
    decoder.examine(decoder.mutate(seed, choose, lambda part: changed(part, data)))


def changed(part, data):
    cut = data.draw(st.integers(0, len(part)))
    return (
        part[:cut] + data.draw(st.binary(max_size=5)) + part[cut + data.draw(st.integers(0, 3)) :]
    )


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(data):
    decoder.examine(data)


@pytest.mark.slow
def test_coverage_guided_fuzzing_finds_nothing(tmp_path):
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("needs atheris, which has wheels for Python 3.10 to 3.13 on x86-64 Linux only")
    options = ("--seconds", SECONDS, "--corpus", tmp_path)
    done = programs.run("tests.fuzz.decoder", *options, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-5000:]
    tried = re.search(r"^Done (\d+) runs", done.stdout, re.MULTILINE)
    assert int(tried[1]) > 1000
    # Coverage did guide it: it kept inputs besides the seeds.
    assert len(os.listdir(tmp_path)) > 20
    print(tried[0])
