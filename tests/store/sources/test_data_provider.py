"""Runs as TensorBoard's two loaders serve them: the same numbers as from the files themselves."""

import contextlib
import time

import grpc
import numpy as np
import pytest
from tensorboard.data import grpc_provider
from tensorboard.util import grpc_util

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store import NotRecordedError
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir
from tests.store.loaders import serve
from tests.store.run_writer import RunWriter, make_model, write_run, write_scalars

pytestmark = [pytest.mark.core, pytest.mark.slow]


@contextlib.contextmanager
def open_logdir(directory, loader, **options):
    """Yields the runs of a logdir, and a function that makes them see what was written since."""
    with serve(directory, loader, **options) as (provider, reload):
        logdir = Logdir(ProviderLogdir(provider), MemoryCache(), fresh_seconds=0)
        reload()
        yield logdir, reload


def assert_same(run, expected):
    assert run.kinds == expected.kinds
    for kind in expected.kinds:
        if Kind(kind).is_table:
            ours, theirs = run.table(kind), expected.table(kind)
            assert ours.names == theirs.names
            assert ours.statistics == theirs.statistics
            np.testing.assert_array_equal(ours.steps, theirs.steps)
            np.testing.assert_array_equal(ours.values, theirs.values)
    assert run.model == expected.model
    for site in ("conv", "dense"):
        np.testing.assert_array_equal(run.units(site).dead, expected.units(site).dead)
        for ours, theirs in zip(run.maps(site), expected.maps(site), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    ours, theirs = (r.histogram("gradient", "conv/kernel") for r in (run, expected))
    np.testing.assert_array_equal(ours.counts, theirs.counts)
    np.testing.assert_array_equal(run.probe.labels, expected.probe.labels)
    assert run.finding_log == expected.finding_log
    assert run.extent() == expected.extent()
    assert run.problems == expected.problems == []


def test_all_that_the_files_hold_is_served(tmp_path, loader):
    writer = write_run(
        tmp_path / "a", range(0, 1500, 10)
    )  # more than either loader keeps of itself
    writer.findings(1490, problem="dying_relu", severity="warning")
    writer.findings(1490, problem="dying_relu", severity="error")
    writer.close()
    write_run(tmp_path / "nested" / "deeper" / "b").close()
    write_run(tmp_path).close()
    with open_logdir(tmp_path, loader) as (logdir, _):
        assert sorted(logdir.runs()) == [".", "a", "nested/deeper/b"]
        assert_same(logdir.run("a"), load_run(tmp_path / "a"))
        assert_same(logdir.run("nested/deeper/b"), load_run(tmp_path / "nested/deeper/b"))
        assert_same(logdir.run("."), load_run(tmp_path))
        with pytest.raises(NotRecordedError, match="'nested/deeper/b'"):
            logdir.run("nested")


def test_a_live_run_is_read_on_and_only_the_new_is_decoded(tmp_path, loader):
    writer = write_run(tmp_path / "a")
    with open_logdir(tmp_path, loader) as (logdir, reload):
        run = logdir.run("a")
        stamp = run.stamp
        assert len(run.table("gradient").steps) == 5
        assert len(run.maps("conv")) == 2
        series = run._cache.get((run.key, Kind.GRADIENT))
        assert (series.decoded, run._maps[Kind.MAPS].decoded) == (5, 2)
        writer.sample(50)
        writer.write(50, writer.maps({"conv": np.ones((1, 1, 2, 2))}))
        reload()
        again = logdir.run("a")
        assert again is run
        assert run.stamp != stamp
        assert run.table("gradient").steps[-1] == 50
        assert run.maps("conv").steps.tolist() == [20, 40, 50]
        assert (series.decoded, run._maps[Kind.MAPS].decoded) == (6, 3)
    writer.close()


def test_nothing_is_read_again_while_nothing_changes(tmp_path, loader):
    write_run(tmp_path / "a").close()
    with open_logdir(tmp_path, loader) as (logdir, _):
        run = logdir.run("a")
        first = run.table("gradient")
        run._source.records = None  # whatever reads now fails
        assert logdir.run("a").table("gradient") is first


def test_a_resumed_run_is_the_same_in_every_source(tmp_path, loader):
    first = RunWriter(tmp_path / "a")
    first.write_model(0)
    for step in range(0, 60, 10):
        first.sample(step)
    first.close()
    second = RunWriter(tmp_path / "a")
    second.write_model(25)
    for step in (25, 30):
        second.write(step, second.table(Kind.GRADIENT, step, np.full((4, 6), step * 100.0)))
    second.close()
    expected = load_run(tmp_path / "a")
    with open_logdir(tmp_path, loader) as (logdir, _):
        run = logdir.run("a")
        assert run.table("gradient").steps.tolist() == [0, 10, 20, 25, 30]
        assert run.table("weight").steps.tolist() == [0, 10, 20]
        for kind in ("gradient", "weight", "activation", "step"):
            np.testing.assert_array_equal(run.table(kind).steps, expected.table(kind).steps)
            np.testing.assert_array_equal(run.table(kind).values, expected.table(kind).values)
        assert run.units("conv").steps.tolist() == [0, 10, 20]


def test_a_run_that_resumes_while_it_is_watched(tmp_path, loader):
    first = RunWriter(tmp_path / "a")
    first.write_model(0)
    for step in range(0, 60, 10):
        first.sample(step)
    with open_logdir(tmp_path, loader) as (logdir, reload):
        run = logdir.run("a")
        assert len(run.table("gradient").steps) == 6
        first.close()
        second = RunWriter(tmp_path / "a")
        second.write_model(25)
        second.sample(25)
        reload()
        run = logdir.run("a")
        assert run.table("gradient").steps.tolist() == [0, 10, 20, 25]
        assert run.extent() == (4, 0, 25)
        second.close()


def test_a_run_that_resumes_under_an_earlier_clock_while_it_is_watched(
    tmp_path, loader, monkeypatch
):
    first = RunWriter(tmp_path / "a")
    first.write_model(0)
    for step in range(0, 60, 10):
        first.sample(step)
    first.write(50, first.maps({"conv": np.ones((1, 1, 2, 2))}))
    first.close()
    with open_logdir(tmp_path, loader) as (logdir, reload):
        assert len(logdir.run("a").maps("conv")) == 1
        with monkeypatch.context() as clock:
            clock.setattr(time, "time", lambda: 1e9)
            second = RunWriter(tmp_path / "a")
        second.write_model(25)
        second.sample(25)
        second.close()
        reload()
        run = logdir.run("a")
        assert run.table("gradient").steps.tolist() == [0, 10, 20, 25]
        assert run.extent() == (4, 0, 25)
        assert run.map_snapshots() == []  # of a step that was taken back


def test_a_model_changed_half_way_is_matched_by_name(tmp_path, loader):
    writer = RunWriter(tmp_path / "a", make_model(["conv", "old"], units=2))
    writer.write_model(0)
    writer.sample(0)
    writer.write_model(10, make_model(["new", "conv"], units=3))
    writer.sample(10)
    writer.close()
    expected = load_run(tmp_path / "a").table("activation")
    with open_logdir(tmp_path, loader) as (logdir, _):
        table = logdir.run("a").table("activation")
        assert table.names == expected.names == ["new", "conv", "old"]
        np.testing.assert_array_equal(table.values, expected.values)


def test_the_users_own_down_sampling_is_followed(tmp_path, loader):
    writer = write_run(tmp_path / "a", range(40))
    with open_logdir(tmp_path, loader, samples={"keras_inspect": 7}) as (logdir, reload):
        run = logdir.run("a")
        for step in (40, 41, 42):
            table = run.table("gradient")
            assert len(table.steps) == 7
            assert np.all(np.diff(table.steps) > 0)
            np.testing.assert_array_equal(table.values[:, 0, 0], table.steps)
            writer.sample(step)
            reload()
            run = logdir.run("a")
    writer.close()


def test_scalars_of_other_callbacks_stand_on_the_runs_step_axis(tmp_path, loader):
    writer = write_run(tmp_path / "a", steps_per_epoch=21)  # epochs 0 and 1 end at steps 20 and 40
    writer.close()
    write_scalars(tmp_path / "a" / "train", "epoch_loss", {0: 3.0, 1: 2.0, 2: float("nan")})
    write_scalars(tmp_path / "a" / "validation", "epoch_loss", {0: 4.0})
    write_scalars(tmp_path / "a", "my_metric", {7: 0.5})
    write_scalars(tmp_path / "a" / "other", "not_ours", {0: 0.0})
    with open_logdir(tmp_path, loader) as (logdir, _):
        for run in (logdir.run("a"), load_run(tmp_path / "a")):
            found = {(item.subrun, item.tag): item for item in run.scalars}
            assert sorted(found) == [
                ("", "my_metric"),
                ("train", "epoch_loss"),
                ("validation", "epoch_loss"),
            ]
            train = found["train", "epoch_loss"]
            assert train.axis == "epoch"
            assert train.recorded_steps.tolist() == [0, 1, 2]
            assert train.steps.tolist() == [20, 40, 62]  # the third by the length of an epoch
            np.testing.assert_array_equal(train.values, [3, 2, np.nan])
            metric = found["", "my_metric"]
            assert (metric.axis, metric.steps.tolist()) == ("step", [7])


def test_what_is_too_large_for_one_message_is_thinned_and_says_so(tmp_path):
    write_run(tmp_path / "a", range(200)).close()
    with serve(tmp_path, "fast") as (provider, reload):
        reload()
        small = provider_with_limit(provider, 20_000)
        run = Logdir(ProviderLogdir(small), MemoryCache()).run("a")
        table = run.table("gradient")
        assert 20 < len(table.steps) < 200
        assert table.steps[-1] == 199
        np.testing.assert_array_equal(table.values[:, 0, 0], table.steps)
        assert run.problems[0].startswith(f"gradient: showing {len(table.steps)} samples")


def test_somebody_elses_newer_file_in_our_directory(tmp_path, loader):
    """The Python loader leaves a file once a newer one appears; the fast one reads on.

    That is TensorBoard's choice (`--reload_multifile`), stated here so that a change is noticed.
    """
    writer = write_run(tmp_path / "a")
    with open_logdir(tmp_path, loader) as (logdir, reload):
        write_scalars(tmp_path / "a", "late", {0: 1.0}, suffix=".zzz")
        (late,) = (tmp_path / "a").glob("*.zzz")
        late.rename(late.with_name("events.out.tfevents.9999999999.late"))  # in order of names
        reload()
        logdir.run("a")
        writer.sample(50)
        reload()
        steps = logdir.run("a").table("gradient").steps
        assert (steps[-1] == 50) == (loader == "fast")
    writer.close()
    assert load_run(tmp_path / "a").table("gradient").steps[-1] == 50


def provider_with_limit(provider, limit):
    """A provider on the same server that takes only small messages."""
    creds, options = grpc_util.ChannelCredsType.LOCAL.channel_config()
    options.append(("grpc.max_receive_message_length", limit))
    channel = grpc.secure_channel(provider._addr, creds, options=options)
    return grpc_provider.GrpcDataProvider(provider._addr, grpc_provider.make_stub(channel))


def test_a_value_tensorboard_itself_cannot_read_costs_no_other(tmp_path):
    writer = write_run(tmp_path / "a")
    with open_logdir(tmp_path, "python") as (logdir, reload):
        assert len(logdir.run("a").table("gradient").steps) == 5
        value = writer.table(Kind.GRADIENT, 50)
        del value.tensor.string_val[:]  # no element, though its shape says one
        writer.write(50, value)
        writer.sample(60)
        reload()
        run = logdir.run("a")
        assert run.table("weight").steps[-1] == 60
        assert run.table("gradient").steps.tolist() == [0, 10, 20, 30, 40, 60]
        assert run.problems[0].startswith("gradient: 1 record skipped (step 50)")
        late = open_again(logdir)
        assert late.table("gradient").steps.tolist() == [0, 10, 20, 30, 40, 60]
        assert late.problems == run.problems
    writer.close()
    direct = load_run(tmp_path / "a")
    assert direct.table("gradient").steps[-1] == 60  # the file reader skips that one value
    assert "gradient: 1 record skipped (step 50)" in direct.problems[0]


def open_again(logdir):
    """The run "a" as one finds it who comes later."""
    return Logdir(logdir._source, MemoryCache()).run("a")
