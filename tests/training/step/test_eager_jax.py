"""Steps of JAX that are not compiled as a whole."""

import pytest

from tb_keras_inspect import InspectCallback
from tests.training import model_zoo as zoo
from tests.training import read_events
from tests.training.references import BACKEND

pytestmark = pytest.mark.skipif(BACKEND != "jax", reason="about JAX")


@pytest.mark.slow
def test_an_eager_sampled_step_compiles_nothing_once_one_has_run(tmp_path):
    import jax

    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, *_, **__: compiled.append(name) if "backend_compile" in name else None
    )
    try:
        model = zoo.mlp(run_eagerly=True)
        inspect = InspectCallback(tmp_path, every=1, tier="economy", maps_every=0)
        zoo.fit(model, inspect)
        assert compiled, "the listener hears nothing"
        compiled.clear()
        zoo.fit(model, inspect)
    finally:
        jax.monitoring.clear_event_listeners()
    assert compiled == []
    assert len(read_events.read(tmp_path).steps()) == 2 * zoo.SAMPLES // zoo.BATCH
