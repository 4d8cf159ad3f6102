"""The core tests run with the oldest and the newest versions that pyproject.toml admits."""

import re

from scripts import versions


def test_the_lowest_version_of_every_dependency_is_known():
    dependencies = versions.PYPROJECT["dependencies"]
    names = {re.match(r"[\w-]+", text)[0].lower() for text in dependencies}
    assert set(versions.floors()) == names


def test_every_floor_but_one_is_installed_beside_tensorflow_and_all_without():
    assert versions.ENVIRONMENTS["reading"].expected == versions.floors()
    oldest = versions.ENVIRONMENTS["oldest"]
    assert oldest.expected == versions.floors("tensorboard", extra="demo-cpu")
    assert "demo-cpu" in oldest.packages


def test_the_oldest_tensorflow_is_the_lowest_that_the_package_admits():
    (admitted,) = versions.floors(extra="tensorflow").items() - versions.floors().items()
    expected = versions.ENVIRONMENTS["oldest"].expected
    builds = {name: version for name, version in expected.items() if "tensorflow" in name}
    assert set(builds.values()) == {admitted[1]}
    assert len(builds) == 1  # the full package or the smaller one, as the platform has it


def test_another_version_than_the_lowest_is_named():
    installed = {"keras": "3.10", "numpy": "1.26.1"}
    assert versions.differences({"keras": "3.10.0"}, installed) == []
    assert versions.differences({"keras": "3.10.0", "numpy": "1.26.0"}, installed) == [
        "numpy 1.26.1 instead of 1.26.0"
    ]


def test_the_core_covers_what_must_work_everywhere():
    files = versions.core_files(("tests",))
    folders = {name.split("/")[1] for name in files}
    assert folders >= {"training", "records", "store", "plugin", "faults"}


def test_the_development_version_of_keras_is_tested_on_every_backend():
    nightly = versions.ENVIRONMENTS["nightly"]
    assert nightly.without == ("keras",)  # both distributions bring the module `keras`
    assert "keras-nightly" in nightly.packages
    assert set(nightly.backends) == {"tensorflow", "jax", "torch"}
