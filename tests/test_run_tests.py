"""`make test` starts from nothing that an earlier run left."""

from scripts import run_tests


def test_a_run_shares_no_executables_with_an_earlier_one(tmp_path):
    (tmp_path / "stale").touch()
    environment = run_tests.ENVIRONMENTS["jax"] | {run_tests.EXECUTABLES: str(tmp_path)}
    run_tests.Tests("jax", ("--version",), environment).run()
    assert not (tmp_path / "stale").exists()
