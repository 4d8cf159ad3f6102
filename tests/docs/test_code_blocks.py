"""Every block of code that a reader may copy works as it stands."""

import argparse
import re
import shlex

import pytest

from tb_keras_inspect import cli
from tests import programs
from tests.docs.pages import DOCSTRINGS, ROOT, blocks

# Pages whose Python blocks run elsewhere, and where.
ELSEWHERE = {
    "docs/several_devices.md": "tests/devices, with several devices and processes",
    "docs/howto/ray.md": "tests/integrations/test_ray.py, by `make integrations`",
    "docs/howto/gemma_lora.md": "tests/kerashub/test_page.py, by `make kerashub`",
    "README.zh-CN.md": "test_readme.py: the same as in README.md",
    "docs/records.md": "tests/records/test_records_doc.py",
    "docs/control.md": "tests/steering/test_control_doc.py",
}
BACKENDS = {"docs/howto/jax.md": "jax", "docs/howto/custom_loops.md": "tensorflow"}  # else PyTorch
PYTHON = sorted({block.page for block in blocks("python")} - ELSEWHERE.keys())
COMMANDS = [block for language in ("", "sh", "bash") for block in blocks(language)]


def backend_of(page):
    return BACKENDS.get(page, "torch")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_python_blocks_run_one_after_the_other(backend, tmp_path):
    pages = [page for page in PYTHON if backend_of(page) == backend]
    assert pages
    if backend == "torch":
        pages.append(DOCSTRINGS)
    environment = {"KERAS_BACKEND": backend, "PYTHONWARNINGS": "ignore"}
    done = programs.run("tests.docs.run_blocks", tmp_path, *pages, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def lines_of(block):
    """The commands of a block, their continuation lines joined, without comments."""
    text = block.text.replace("\\\n", " ")
    for line in text.splitlines():
        command = line.split("  #")[0].strip()
        if command and not command.startswith("#"):
            yield command


FOUND = [(block, line) for block in COMMANDS for line in lines_of(block)]


def targets_of_make():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def pip_extras():
    section = (ROOT / "pyproject.toml").read_text().split("[project.optional-dependencies]")[1]
    return set(re.findall(r"^([\w-]+) = \[", section.split("\n[")[0], re.MULTILINE))


def check_make(words):
    names = [word for word in words if re.fullmatch(r"[a-z-]+", word)]
    assert names
    assert set(names) <= targets_of_make()


def check_pip(words):
    assert words[0] == "install"
    for extra in re.findall(r"\[([\w,-]+)\]", " ".join(words)):
        assert set(extra.split(",")) <= pip_extras()


def check_python(words):
    if words[0] == "-c":
        compile(words[1], "<string>", "exec")
        return
    if words[0] == "-m":
        path = words[1].replace(".", "/")
        assert words[1] in ("pytest", "venv") or (ROOT / f"{path}.py").exists(), words[1]
        return
    (path,) = words[:1]
    if path != "train.py":  # the reader's own
        assert (ROOT / path).exists(), path


def check_ours(words):
    parser = cli._parser()
    parser.exit = lambda status=0, message=None: pytest.fail(message or "")
    assert isinstance(parser.parse_args(words), argparse.Namespace)


def check_pytest(words):
    for word in words:
        assert not word.startswith("tests") or (ROOT / word).exists(), word


def check_tensorboard(words):
    from tensorboard.plugins.core import core_plugin

    from tb_keras_inspect.plugin.loader import InspectLoader

    parser = argparse.ArgumentParser()
    for loader in (core_plugin.CorePluginLoader(), InspectLoader()):
        loader.define_flags(parser)
    parser.parse_args(words)


def check_npm(words):
    import json

    scripts = json.loads((ROOT / "frontend" / "package.json").read_text())["scripts"]
    assert words[0] in ("ci", "test") or words[1] in scripts


CHECKS = {
    "make": check_make,
    "npm": check_npm,
    "pip": check_pip,
    "pytest": check_pytest,
    "python": check_python,
    "python3": check_python,
    "tb-keras-inspect": check_ours,
    "tensorboard": check_tensorboard,
}
OTHERS = ("%load_ext", "%tensorboard", "ssh", ".", "git", "cd", "pre-commit")


def is_command(line):
    words = line.split()
    while words and re.fullmatch(r"[A-Z_]+=\S+", words[0]):
        words = words[1:]
    return bool(words) and words[0] in (*CHECKS, *OTHERS)


@pytest.mark.parametrize(
    ("page", "line"), [(block.page, line) for block, line in FOUND if is_command(line)]
)
def test_a_command_names_what_is_there(page, line):
    if "[--" in line or "..." in line:
        pytest.skip("a synopsis")
    words = shlex.split(line)
    while re.fullmatch(r"[A-Z_]+=\S+", words[0]):
        words = words[1:]
    if words[0] in CHECKS:
        CHECKS[words[0]](words[1:])


def test_blocks_without_a_language_hold_commands_or_formats_and_nothing_that_looks_like_python():
    pages = {block.page for block in COMMANDS}
    python = [b for b in COMMANDS if re.search(r"^(import|from \w+ import|def )", b.text, re.M)]
    assert pages
    assert python == []
