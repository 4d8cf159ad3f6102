import argparse
import importlib.metadata
import subprocess
import sys

import pytest
from tensorboard.plugins import base_plugin

from tb_keras_inspect.plugin import loader as loader_lib
from tb_keras_inspect.plugin.loader import InspectLoader
from tb_keras_inspect.records import PLUGIN_NAME


def flags(*arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples_per_plugin", type=dict, default={})
    loader = InspectLoader()
    loader.define_flags(parser)
    return parser.parse_args(arguments)


def test_tensorboard_finds_the_loader():
    points = importlib.metadata.entry_points(group="tensorboard_plugins")
    (point,) = [point for point in points if point.name == PLUGIN_NAME]
    assert point.load() is InspectLoader
    assert loader_lib.PLUGIN_NAME == PLUGIN_NAME


def test_all_samples_are_kept_unless_the_user_wants_otherwise():
    plain = flags()
    InspectLoader().fix_flags(plain)
    assert plain.samples_per_plugin == {PLUGIN_NAME: 0}
    own = flags()
    own.samples_per_plugin = {PLUGIN_NAME: 50, "scalars": 3}
    InspectLoader().fix_flags(own)
    assert own.samples_per_plugin == {PLUGIN_NAME: 50, "scalars": 3}


def test_the_cache_flag_is_checked():
    assert flags().keras_inspect_cache_megabytes == 512
    with pytest.raises(base_plugin.FlagsError, match="Received: 0"):
        InspectLoader().fix_flags(flags("--keras_inspect_cache_megabytes=0"))


def test_what_tensorboard_asks_of_the_plugin():
    plugin = InspectLoader().load(base_plugin.TBContext(flags=flags()))
    assert plugin.plugin_name == PLUGIN_NAME
    assert plugin.data_plugin_names() == (PLUGIN_NAME,)
    metadata = plugin.frontend_metadata()
    assert (metadata.es_module_path, metadata.tab_name) == ("/index.js", "Keras Inspect")
    assert "/index.js" in plugin.get_plugin_apps()


def test_loading_the_plugin_imports_neither_keras_nor_a_backend():
    code = (
        "import sys, tb_keras_inspect.plugin.plugin, tb_keras_inspect.store.sources.event_files\n"
        "import tb_keras_inspect.plugin.loader\n"
        "print({'keras', 'tensorflow', 'jax', 'torch', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
