"""Runs with known numbers, encoded and read back like those of a training run."""

import contextlib

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.catalog.optimizer_statistics import OPTIMIZER_STATISTICS
from tb_keras_inspect.catalog.problems import PROBLEMS, SEVERITIES
from tb_keras_inspect.catalog.tensor_statistics import (
    ACTIVATION_STATISTICS,
    RANGE_STATISTICS,
    TENSOR_STATISTICS,
    UPDATE_STATISTICS,
)
from tb_keras_inspect.diagnosis.rules import THRESHOLDS
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Thresholds
from tb_keras_inspect.records import TAG_PREFIX, Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.store import RunData
from tb_keras_inspect.training.live.live_source import WANTED as LIVE_KINDS
from tb_keras_inspect.training.live.live_source import LiveSource
from tb_keras_inspect.training.samples.sample import Sample

STATISTICS = {
    Kind.GRADIENT: TENSOR_STATISTICS,
    Kind.WEIGHT: TENSOR_STATISTICS,
    Kind.UPDATE: UPDATE_STATISTICS,
    Kind.OPTIMIZER: OPTIMIZER_STATISTICS,
    Kind.ACTIVATION: ACTIVATION_STATISTICS,
    Kind.INPUT: RANGE_STATISTICS,
    Kind.TARGET: RANGE_STATISTICS,
}
# What a healthy layer shows.
USUAL = {
    "l2": 1.0, "mean": 0.0, "std": 0.1, "max_abs": 0.5, "ratio": 1e-3, "saturated_fraction": np.nan,
    "min": -2.0, "max": 2.0, "decay_l2": np.nan, "gradient_l2": np.nan,
    "effective_rate": 1e-3, "momentum_rms": 0.1, "momentum_cosine": 0.3, "second_moment_rms": 0.1,
    "moment_ratio": 1.0, "moment_updates": 1.0, "moving_mean_distance": np.nan,
    "moving_variance_ratio": np.nan,
}  # fmt: skip


def chain(
    layers=4, units=8, activation="relu", last="softmax", classes=10, loss=None, **compiled
) -> pb.ModelRecord:
    """Dense layers one after the other."""
    record = pb.ModelRecord(name="m", class_name="Sequential", steps_per_epoch=10)
    names = [f"dense_{i}" for i in range(layers)]
    for index, name in enumerate(names):
        is_last = index == layers - 1
        function, width = (last, classes) if is_last else (activation, units)
        record.layers.add(
            path=name,
            class_name="Dense",
            activation=function,
            parent=-1,
            trainable=True,
            parameters=(units + 1) * width,
        )
        record.variables.add(path=f"{name}/kernel", layer=index, shape=[units, width])
        record.variables.add(path=f"{name}/bias", layer=index, shape=[width])
        record.sites.add(
            name=name,
            layer=index,
            unit_axis=1,
            units=width,
            shape=[-1, width],
            activation=function,
        )
    record.inputs.append("x")
    record.compiled["loss"] = loss or "sparse_categorical_crossentropy"
    record.compiled["from_logits"] = "False"
    record.compiled["frozen_as_initialised"] = "[]"
    for name, text in compiled.items():
        record.compiled[name] = text
    return record


DECODERS = {Kind.MODEL: records.decode_model, Kind.UNITS: records.decode_units}


def sample_of(event) -> Sample:
    """The sample that an event was encoded from: of its records those that rules read."""
    found = {}
    for value in event.summary.value:
        name = value.tag.removeprefix(TAG_PREFIX)
        kind = Kind(name) if name in {kind.value for kind in Kind} else None
        if kind in LIVE_KINDS:
            decode = DECODERS.get(kind, records.decode_table)
            with contextlib.suppress(records.RecordError):  # as the store leaves it out
                found[kind] = decode(value.tensor.string_val[0])
    return Sample(event.step, event.wall_time, found)


class Run:
    """Tables by kind and statistic, [S, N] or anything that broadcasts to it; then `data`.

    Args:
        model: The model record; sealed here.
        samples: S.
        every: Steps between samples.
    """

    def __init__(self, model: pb.ModelRecord, samples: int = 60, every: int = 5):
        self.model = records.seal_model(model)
        self.steps = np.arange(samples) * every
        self.targets = ["y"]  # names; set `rows` too
        self.rows = {
            Kind.INPUT: len(model.inputs),
            Kind.TARGET: 1,
            Kind.ACTIVATION: len(model.sites),
        }
        self.tables = {}
        self.step = {
            "loss": np.linspace(2.3, 0.1, samples),
            "learning_rate": np.full(samples, 1e-3),
        }
        self.step |= {"gradient_norm": np.ones(samples), "dead_window": np.full(samples, 20.0)}
        self.epochs = {}
        self.units = {}
        for kind in (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION, Kind.INPUT):
            self.tables[kind] = self._usual(kind)

    def _usual(self, kind: Kind) -> np.ndarray:
        statistics = STATISTICS[kind]
        rows = self.rows.get(kind, len(self.model.variables))
        usual = [USUAL.get(name, 0.0) for name in statistics]
        if kind is Kind.INPUT:
            usual[statistics.index("std")] = 1.0
        table = (
            np.broadcast_to(usual, (len(self.steps), rows, len(usual))).astype(np.float32).copy()
        )
        if "hash" in statistics:  # each batch is another one
            table[..., statistics.index("hash")] = np.arange(len(self.steps))[:, None]
        return table

    def set(self, kind: Kind, statistic: str, values, row=slice(None), at=slice(None)) -> "Run":
        """Sets one statistic, of all rows and samples or of some."""
        if kind not in self.tables:
            self.tables[kind] = self._usual(kind)
        self.tables[kind][at, row, STATISTICS[kind].index(statistic)] = values
        return self

    def loss(self, values) -> "Run":
        """Sets the loss of all samples."""
        self.step["loss"] = np.broadcast_to(values, self.steps.shape).astype(np.float64).copy()
        return self

    def epoch(self, **logs) -> "Run":
        """Sets the epochs' logs, evenly over the run."""
        self.epochs = {name: np.asarray(values, np.float64) for name, values in logs.items()}
        return self

    @property
    def data(self) -> RunData:
        """The run as the store reads it."""
        source = LiveSource()
        for sample in self.samples():
            source.add(sample)
        return RunData("run", source)

    def samples(self):
        """The run's samples, as a fit shows them to its subscribers."""
        return map(sample_of, self.events())

    def events(self):
        """The run's events, in the order of writing."""
        clock = iter(range(10**9))
        yield to_event(0, next(clock), [to_value(Kind.MODEL, self.model)])
        for index, step in enumerate(self.steps):
            values = [self._value(kind, index) for kind in self.tables]
            if self.units:
                units = [self.units[site][index] for site in sorted(self.units)]
                counts = [len(row) for row in units]
                message = records.encode_units(
                    self.model.fingerprint, sorted(self.units), counts, np.concatenate(units)
                )
                values.append(to_value(Kind.UNITS, message))
            values.append(self._numbers(Kind.STEP, {n: v[index] for n, v in self.step.items()}))
            yield to_event(int(step), next(clock), values)
        for number, step in enumerate(self._epoch_steps()):
            logs = {name: values[number] for name, values in self.epochs.items()}
            value = self._numbers(Kind.EPOCH, logs | {"epoch": number})
            yield to_event(int(step), next(clock), [value])

    @property
    def facts(self) -> Facts:
        """The run as rules see it."""
        return Facts(self.data, Thresholds(THRESHOLDS))

    def _epoch_steps(self):
        count = max((len(values) for values in self.epochs.values()), default=0)
        return np.linspace(0, self.steps[-1], count + 1).astype(int)[1:]

    def _value(self, kind: Kind, index: int):
        names = {Kind.INPUT: list(self.model.inputs), Kind.TARGET: self.targets}.get(kind, ())
        table = records.encode_table(
            self.model.fingerprint, STATISTICS[kind], self.tables[kind][index], names=names
        )
        return to_value(kind, table)

    def _numbers(self, kind: Kind, numbers: dict):
        row = np.array([list(numbers.values())], np.float32)
        return to_value(
            kind, records.encode_table(self.model.fingerprint, list(numbers), row, names=[""])
        )


def found(rule, run: Run, **thresholds):
    """What one rule finds in a run: each finding is one that the catalogue lists."""
    with np.errstate(all="ignore"):
        findings = list(rule.find(Facts(run.data, Thresholds(THRESHOLDS, thresholds))))
    for finding in findings:
        problem = PROBLEMS[finding.problem]
        assert finding.problem == rule.PROBLEM
        assert finding.variant in problem.variants
        least, most = (SEVERITIES.index(severity) for severity in problem.severities)
        assert least <= finding.rank <= most
    return findings
