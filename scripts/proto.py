"""Generates `records/inspect_pb2.py`: `python -m scripts.proto [--check]`.

protoc 3.21 (grpcio-tools 1.49.1) generates it: that code loads with protobuf 3.20.3 to 7.x, while that
of a newer protoc refuses older runtimes. This release has no wheels for Python 3.12 or newer.

With `--check` it writes nothing. It checks that the committed module is what the schema generates, and
that it works with the oldest protobuf that the package allows.
"""

import argparse
import difflib
import pathlib
import tempfile

from scripts import shared, versions

SCHEMA = pathlib.PurePosixPath("tb_keras_inspect/records/inspect.proto")
MODULE = pathlib.PurePosixPath("tb_keras_inspect/records/inspect_pb2.py")
COMPILER = ("--with", "grpcio-tools==1.49.1", "--with", "setuptools<70")
COMPILER_PYTHON = ">=3.8,<3.12"
OLDEST_PROTOBUF = versions.floors()["protobuf"]

ROUND_TRIP = """
import importlib.util, sys
import google.protobuf
assert google.protobuf.__version__ == sys.argv[1], google.protobuf.__version__
spec = importlib.util.spec_from_file_location("inspect_pb2", sys.argv[2])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
record = module.ModelRecord(name="model", fingerprint=2**63, options={"every": "10"})
record.sites.add(name="conv/0", unit_axis=-1, shape=[-1, 8, 8, 3])
again = module.ModelRecord.FromString(record.SerializeToString())
assert again == record and again.sites[0].unit_axis == -1, again
"""


def _python(*arguments: str) -> shared.Command:
    """The command for a Python in a temporary environment of uv."""
    return shared.uv("run", "--quiet", "--isolated", "--no-project", *arguments)


def generate() -> str | None:
    """The text of the module, or None if there is no Python for the compiler."""
    python = versions.find_python(COMPILER_PYTHON)
    if python is None:
        return None
    compiler = _python("--python", python, *COMPILER, "python", "-m", "grpc_tools.protoc")
    with tempfile.TemporaryDirectory() as folder:
        command = [*compiler, "-I.", f"--python_out={folder}", SCHEMA]
        shared.run(command, cwd=shared.ROOT, env=shared.uv_environment())
        return pathlib.Path(folder, MODULE).read_text()


def check_generated() -> None:
    """Ends the script if the committed module is not what the schema generates."""
    generated = generate()
    if generated is None:
        shared.say(
            "SKIPPED: is the protobuf module up to date? The compiler needs Python 3.8 to 3.11"
        )
        return
    committed = (shared.ROOT / MODULE).read_text()
    if generated != committed:
        lines = difflib.unified_diff(
            committed.splitlines(),
            generated.splitlines(),
            "committed",
            "generated",
            n=0,
            lineterm="",
        )
        print("\n".join(line[:160] for line in lines))
        raise shared.fail(f"{MODULE} is not what {SCHEMA.name} generates: run `make proto`")
    shared.say(f"{MODULE} is what {SCHEMA.name} generates")


def check_oldest_runtime() -> None:
    """Ends the script if the module does not work with the oldest protobuf."""
    python = _python("--with", f"protobuf=={OLDEST_PROTOBUF}", "python")
    command = [*python, "-c", ROUND_TRIP, OLDEST_PROTOBUF, shared.ROOT / MODULE]
    shared.run(command, env=shared.uv_environment())
    shared.say(f"{MODULE} works with protobuf {OLDEST_PROTOBUF}")


def main() -> None:
    """Writes or checks the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        check_generated()
        check_oldest_runtime()
        return
    generated = generate()
    if generated is None:
        raise shared.fail("grpcio-tools 1.49.1 needs Python 3.8 to 3.11; none was found")
    (shared.ROOT / MODULE).write_text(generated)
    shared.say(f"Wrote {MODULE}")


if __name__ == "__main__":
    main()
