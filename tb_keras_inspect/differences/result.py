"""What `diff` returns."""

import dataclasses
from typing import Any

from markupsafe import Markup

from tb_keras_inspect.catalog.phases import Phase
from tb_keras_inspect.diagnosis.wording import printable, wrapped
from tb_keras_inspect.differences.settings import SettingDifference
from tb_keras_inspect.differences.tensors import TensorDifference
from tb_keras_inspect.store.display import table_html

SAME, ROUNDING, SUBSTANCE, UNKNOWN = "same", "rounding", "substance", "unknown"
OUTCOMES = (SAME, ROUNDING, SUBSTANCE, UNKNOWN)


@dataclasses.dataclass(frozen=True)
class Parting:
    """Where two runs first part.

    Attributes:
        step: The first sampled step at which a tensor differs.
        phase: Of the first tensor, such as "activation".
        tensor: Its name in the first run; `other` in the second.
        tensors: Names, in the first run, of all tensors of this phase that differ at this step.
        of: How many tensors of this phase are compared.
        same_until: The last sampled step before, at which nothing differs; None if there is none.
        size: Norm of the difference over the norm of the tensor, estimated; None where not known.
        spacings: `size` in spacings of the floating-point format; None likewise.
        substance: Whether this is more than rounding.
        weights: Where the data differ first: the weights that differ at this step too.
        jump: Where this is rounding: the first output of a layer in the same step that differs by more
            than rounding grows in one step; "" if there is none.
        jump_size: Its `size`; None likewise.
        causes: The settings that differ and act on this phase.
        same_norm: Whether the tensor has the same norm in both: the same numbers in another order?
    """

    step: int
    phase: Phase
    tensor: str
    other: str
    tensors: tuple[str, ...]
    of: int
    same_until: int | None
    size: float | None
    spacings: float | None
    substance: bool
    weights: tuple[str, ...] = ()
    jump: str = ""
    jump_size: float | None = None
    causes: tuple[SettingDifference, ...] = ()
    same_norm: bool = False


@dataclasses.dataclass(frozen=True)
class RunDiff:
    """What differs between two runs, as `diff` returns it.

    Attributes:
        a, b: Names of the runs.
        outcome: "same", "rounding", "substance", or "unknown" where no tensor can be compared.
        settings: The settings that differ.
        parting: Where the runs first part; None where no difference was found.
        exact: Whether checksums were compared; else only statistics and hashes.
        steps: How many steps both have sampled.
        tensors: How many tensors of a step are compared.
        growth: (step, size) of the largest difference among the weights, from `parting.step` on.
        sentences: All of this in words, the most important first.
    """

    a: str
    b: str
    outcome: str
    settings: tuple[SettingDifference, ...]
    parting: Parting | None
    exact: bool
    steps: int
    tensors: int
    growth: tuple[tuple[int, float], ...]
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The first sentence: where the runs part, or that they do not."""
        return self.sentences[0]

    def __str__(self) -> str:
        lines = wrapped(printable(f"{self.a} / {self.b}: {self.text}"), "")
        for sentence in self.sentences[1:]:
            lines += wrapped(printable(sentence), "")
        lines.append("")
        lines.append("Settings that differ:" if self.settings else "No setting differs.")
        for item in self.settings:
            lines += wrapped(f"- {printable(str(item))}", "  ", "    ")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        text = Markup().join(Markup("<p>{}</p>").format(sentence) for sentence in self.sentences)
        rows = [(item.name, f"{_said(item.a)} / {_said(item.b)}") for item in self.settings]
        settings = table_html(rows) if rows else Markup("<p>No setting differs.</p>")
        return Markup("<h2>{} / {}: {}</h2>{}<h3>Settings that differ</h3>{}").format(
            self.a, self.b, self.outcome, text, settings
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON: `docs/command_line.md` describes it."""
        found = dataclasses.asdict(self)
        found["growth"] = [{"step": step, "size": size} for step, size in self.growth]
        if self.parting is not None:
            found["parting"]["phase"] = self.parting.phase.value
        return found


def largest(differences: list[TensorDifference]) -> float:
    """The largest size; NaN where one is not known."""
    sizes = [item.size for item in differences]
    return float("nan") if any(size != size for size in sizes) else max(sizes)


def _said(value: str | None) -> str:
    return "not set" if value is None else value
