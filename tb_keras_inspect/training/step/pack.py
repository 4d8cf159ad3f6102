"""Packs what an observer saw into one vector, and describes its layout."""

from collections.abc import Mapping, Sequence
from typing import Any

from keras import ops

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.phases import Phase
from tb_keras_inspect.catalog.tensor_statistics import (
    MOVING_STATISTICS,
    OUTPUT_STATISTICS,
    RANGE_STATISTICS,
    TENSOR_STATISTICS,
    UPDATE_SPLIT,
    UPDATE_STATISTICS,
)
from tb_keras_inspect.records import bins
from tb_keras_inspect.training.processes.replicas import COUNT
from tb_keras_inspect.training.reduce import statistics
from tb_keras_inspect.training.reduce.layout import (
    Intermediate,
    Layout,
    LayoutTable,
    Section,
    SiteKey,
)
from tb_keras_inspect.training.reduce.parameters import Tensors, elements_each
from tb_keras_inspect.training.step import batch
from tb_keras_inspect.training.step.gradient_norms import KnownNorms, gradient_norms
from tb_keras_inspect.training.step.observer import StepObserver
from tb_keras_inspect.training.step.step_checksums import packed as packed_checksums

Packed = tuple[tuple[Section, ...], Any]  # sections, and their values as one float32 vector
_BIN_SLOTS = bins.BINS + 1  # the last one takes non-finite elements and is dropped


def pack_activations(observer: StepObserver) -> Packed | None:
    """Layer outputs; None where there are none.

    Packed apart from the rest, because on JAX they exist only inside the differentiated function.
    """
    seen = observer.activations
    numbers = _forward_numbers(observer)
    if not seen:
        return _join(numbers) if numbers else None
    sites = tuple(activation.site for activation in seen)
    columns = (*OUTPUT_STATISTICS, *_count_column(observer))
    parts = [*numbers, _table(Kind.ACTIVATION, columns, sites, _output_statistics(observer))]
    if normalised := [a for a in seen if a.moving is not None]:
        moving, beside = Intermediate.MOVING_STATISTICS, [a.moving for a in normalised]
        of = tuple(a.site for a in normalised)
        parts.append(_table(moving, MOVING_STATISTICS, of, ops.stack(beside)))
    if observer.settings.histograms:
        parts.append(_histogram(observer, Kind.ACTIVATION, sites, [a.few for a in seen]))
    with_units = [a for a in seen if a.units is not None]
    if with_units:
        values = ops.concatenate([a.units for a in with_units])
        size = sum(a.site.units for a in with_units)
        parts.append((Section(Kind.UNITS, (), tuple(a.site for a in with_units), size), values))
    if observer.settings.checksums:
        rows = [Phase.ACTIVATION.row(site.name) for site in sites]
        tables = [ops.expand_dims(a.checksum, 0) for a in seen]
        (section,), values = packed_checksums(Intermediate.OUTPUT_CHECKSUMS, rows, tables)
        parts.append((section, values))
    return _join(parts)


def _forward_numbers(observer: StepObserver) -> list[tuple[Section, Any]]:
    """Numbers of the step as a whole that exist only where layer outputs do."""
    if not observer.added_losses:
        return []
    total = ops.reshape(ops.sum(ops.stack(observer.added_losses)), (1, 1))
    return [_table(Intermediate.FORWARD_NUMBERS, ("added_loss",), ("",), total)]


def pack_parameters(observer: StepObserver, before: Sequence[Any], after: Sequence[Any]) -> Packed:
    """Gradients, weights and updates.

    Args:
        observer: What the step has shown.
        before: Values of the recorded variables that the step's forward pass used.
        after: Their values after the step.
    """
    settings, names = observer.settings, tuple(observer.parts.variable_names)
    backend, variables = observer.backend, observer.parts.variables
    parts: list[tuple[Section, Any]] = []
    known: list[KnownNorms] = []
    if observer.gradients:
        rows = tuple(names[row] for row in observer.gradients)
        values = list(observer.gradients.values())
        gradients = Tensors.of(values, backend, [variables[row] for row in observer.gradients])
        table = gradients.statistics(backend, settings.zero_limit)
        known.append(KnownNorms(values, table[:, 0]))
        parts += _parameters(observer, Kind.GRADIENT, rows, gradients, table)
        parts += _elements(observer, Intermediate.GRADIENT_ELEMENTS, rows, gradients)
    if observer.accumulated:
        rows = tuple(names[row] for row in observer.accumulated)
        values = list(observer.accumulated.values())
        accumulated = Tensors.of(values, backend, [variables[row] for row in observer.accumulated])
        table = accumulated.statistics(backend, settings.zero_limit)
        known.append(KnownNorms(values, table[:, 0]))
        parts.append(_table(Kind.ACCUMULATED_GRADIENT, TENSOR_STATISTICS, rows, table))
    observer.scalars |= gradient_norms(observer, known)
    if not before:
        return _join(parts)
    weights = Tensors.of(before, backend, variables)
    table = weights.statistics(backend, settings.zero_limit)
    if settings.weights:
        parts += _parameters(observer, Kind.WEIGHT, names, weights, table)
    if settings.updates:
        updates = Tensors.of(after, backend, variables).minus(weights)
        parts += _updates(observer, names, updates, weights, table[:, 0])
    return _join(parts)


def pack_batch(observer: StepObserver, data: Any) -> Packed:
    """The number of samples, their weights, and the ranges of numeric inputs and targets."""
    inputs, targets = batch.inputs_of(data), batch.targets_of(data)
    input_names = batch.names_of(inputs, observer.parts.input_names, "input")
    target_names = batch.names_of(targets, observer.parts.output_names, "target")
    part = batch.sized_part([*inputs, *targets], observer.backend)
    if part is not None:
        observer.batch_size = None if part.shape[0] is None else int(part.shape[0])
        observer.scalars["batch_size"] = ops.shape(part)[0]
    if weights := [w for w in batch.weights_of(data) if observer.backend.is_numeric(w)]:
        flat = [observer.backend.flat(w) for w in weights]
        observer.scalars["sample_weight"] = ops.mean(ops.concatenate(flat))
        observer.scalars["largest_sample_weight"] = ops.max(ops.concatenate(flat))
    parts = _ranges(observer, Kind.INPUT, input_names, inputs)
    return _join(parts + _ranges(observer, Kind.TARGET, target_names, targets))


def _ranges(
    observer: StepObserver, kind: Kind, names: Sequence[str], tensors: Sequence[Any]
) -> list[tuple[Section, Any]]:
    pairs = zip(names, tensors, strict=True)
    numeric = [(name, x) for name, x in pairs if observer.backend.is_numeric(x)]
    if not numeric:
        return []
    flat = [observer.backend.flat(x) for _, x in numeric]
    table = statistics.range_statistics(flat, observer.backend)
    counted = _count_column(observer)
    if counted:
        table = ops.concatenate([table, ops.expand_dims(statistics.sizes(flat), 1)], axis=1)
        observer.scalars.setdefault(COUNT, ops.shape(numeric[0][1])[0])
    rows = tuple(name for name, _ in numeric)
    return [_table(kind, (*RANGE_STATISTICS, *counted), rows, table)]


def pack_scalars(observer: StepObserver) -> Packed:
    """Loss, learning rate and other numbers of the step, of which `pack_parameters` adds some."""
    names = tuple(observer.scalars)
    if not names:
        return _join([])
    values = [
        ops.reshape(ops.cast(ops.convert_to_tensor(value), "float32"), ())
        for value in observer.scalars.values()
    ]
    return _join([_table(Kind.STEP, names, ("",), ops.reshape(ops.stack(values), (1, -1)))])


def finish(layouts: LayoutTable, packed: Sequence[Packed]) -> Any:
    """Builds the whole vector: the index of the layout, then all sections.

    Args:
        layouts: Where the layout is added if it is new.
        packed: Sections with their values.
    """
    layout = Layout(tuple(section for sections, _ in packed for section in sections))
    head = ops.convert_to_tensor([float(layouts.index(layout))], "float32")
    return ops.concatenate([head, *(values for sections, values in packed if sections)])


def empty() -> Any:
    """The vector of a step that recorded nothing."""
    return ops.convert_to_tensor([-1.0], "float32")


def _updates(
    observer: StepObserver,
    names: tuple[str, ...],
    updates: Tensors,
    weights: Tensors,
    weight_l2: Any,
) -> list[tuple[Section, Any]]:
    table = updates.statistics(observer.backend, observer.settings.zero_limit)
    columns = [statistics.update_ratio(table[:, 0], weight_l2)]
    known = UPDATE_STATISTICS[: -len(UPDATE_SPLIT)]
    if observer.decay:
        factors = [observer.decay.get(row, 0.0) for row in range(len(names))]
        factors = ops.stack([ops.cast(factor, "float32") for factor in factors])
        product = updates.products(weights)
        columns += statistics.update_split(table[:, 0], weight_l2, product, factors)
        known = UPDATE_STATISTICS
    values = ops.concatenate([table, ops.stack(columns, axis=1)], axis=1)
    parts = [_table(Kind.UPDATE, known, names, values)]
    return parts + _parameter_histogram(observer, Kind.UPDATE, names, updates)


def _parameters(
    observer: StepObserver, kind: Kind, names: tuple[str, ...], tensors: Tensors, table: Any
) -> list[tuple[Section, Any]]:
    parts = [_table(kind, TENSOR_STATISTICS, names, table)]
    return parts + _parameter_histogram(observer, kind, names, tensors)


def _elements(
    observer: StepObserver, kind: Intermediate, names: tuple[str, ...], tensors: Tensors
) -> list[tuple[Section, Any]]:
    limit = observer.settings.gradient_elements
    if not limit:
        return []
    values, lengths = tensors.elements(observer.backend, elements_each(limit, len(names)))
    return [(Section(kind, (), names, sum(lengths), lengths), values)]


def _parameter_histogram(
    observer: StepObserver, kind: Kind, names: tuple[str, ...], tensors: Tensors
) -> list[tuple[Section, Any]]:
    if not observer.settings.histograms:
        return []
    index = tensors.bin_index(observer.backend, observer.settings.histogram_limit, _BIN_SLOTS)
    # Padding has index -1: it goes into the slot of non-finite elements, which is dropped.
    index = ops.where(ops.less(index, 0), bins.BINS, index)
    in_pieces = tensors.bins_in_pieces(observer.backend, observer.settings.histogram_limit)
    return [_counted(observer, kind, names, index, in_pieces)]


def _output_statistics(observer: StepObserver) -> Any:
    """float32[N, K]: statistics of the recorded outputs."""
    backend, seen = observer.backend, observer.activations
    samples = [output.sample for output in seen]
    parts = [
        statistics.tensor_statistics(samples, backend, [output.few for output in seen]),
        ops.expand_dims(ops.stack([output.saturated for output in seen]), 1),
    ]
    if _count_column(observer):
        parts.append(ops.expand_dims(statistics.sizes(samples), 1))
    return ops.concatenate(parts, axis=1)


def _histogram(
    observer: StepObserver, kind: Kind, rows: tuple[SiteKey, ...], samples: Sequence[Any]
) -> tuple[Section, Any]:
    index = statistics.bin_index(observer.backend.bits(ops.concatenate(samples)))
    return _counted(observer, kind, rows, index + _BIN_SLOTS * statistics.numbers(samples))


def _counted(
    observer: StepObserver,
    kind: Kind,
    rows: tuple[Any, ...],
    index: Any,
    in_pieces: Mapping[int, Any] | None = None,
) -> tuple[Section, Any]:
    """A histogram for each row.

    Args:
        observer: What the step has shown.
        kind: The kind whose histogram it is.
        rows: What it has rows for.
        index: int32[M], bins of elements plus `_BIN_SLOTS` times the number of their row.
        in_pieces: int32[M] by the number of a row, bins of elements that are counted by themselves.
    """
    counts = observer.backend.count_by_index(index, len(rows) * _BIN_SLOTS)
    values = ops.reshape(counts, (len(rows), _BIN_SLOTS))[:, : bins.BINS]
    if in_pieces:
        own = {
            row: observer.backend.count_by_index(bins_of_row, _BIN_SLOTS)[: bins.BINS]
            for row, bins_of_row in in_pieces.items()
        }
        values = ops.stack([own.get(row, values[row]) for row in range(len(rows))])
    section = Section(kind.histogram, (), rows, len(rows) * bins.BINS)
    return section, ops.reshape(values, (-1,))


def _count_column(observer: StepObserver) -> tuple[str, ...]:
    """The column by which `replicas.combine_replicas` weights replicas, where there are several."""
    return (COUNT,) if observer.backend.replicas() > 1 else ()


def _table(
    kind: Kind | Intermediate, columns: Sequence[str], rows: tuple[Any, ...], values: Any
) -> tuple[Section, Any]:
    section = Section(kind, tuple(columns), rows, len(rows) * len(columns))
    return section, ops.reshape(values, (-1,))


def _join(parts: Sequence[tuple[Section, Any]]) -> Packed:
    if not parts:
        return (), None
    return tuple(section for section, _ in parts), ops.concatenate([values for _, values in parts])
