"""What may be said of a side of `compare_live`."""

import dataclasses
import os
import sys
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.catalog.backends import BACKENDS

# Attributes of a compiled model, set before it is trained.
COMPILED = ("jit_compile", "run_eagerly")


@dataclasses.dataclass(frozen=True)
class Side:
    """How one of the two trains. Everything else is the same on both sides.

    Attributes:
        backend: "tensorflow", "jax" or "torch"; None for the one of the environment.
        python: Path of the interpreter; that of another virtual environment has other versions.
        environment: Environment variables of its process, besides those of this one.
        arguments: Keyword arguments of `make_model`.
        dtype_policy: Keras's global policy, such as "mixed_float16".
        jit_compile, run_eagerly: As in `model.compile`; None leaves what `make_model` has chosen.
    """

    backend: str | None = None
    python: str = sys.executable
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    arguments: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    dtype_policy: str | None = None
    jit_compile: bool | None = None
    run_eagerly: bool | None = None

    @classmethod
    def of(cls, name: str, options: Mapping[str, Any] | None) -> "Side":
        """The side that options describe.

        Raises:
            TypeError: if they are no mapping.
            ValueError: if there is an unknown one, or a value is not accepted.
        """
        options = {} if options is None else options
        if not isinstance(options, Mapping):
            raise TypeError(f"{name} must be a dict of options. Received: {options!r}")
        known = [field.name for field in dataclasses.fields(cls)]
        if unknown := [key for key in options if key not in known]:
            raise ValueError(
                f"{name} has the unknown option {unknown[0]!r}. Accepted: {', '.join(known)}"
            )
        side = cls(**options)
        side._check(name)
        return side

    def _check(self, name: str) -> None:
        if self.backend is not None and self.backend not in BACKENDS:
            raise ValueError(
                f'{name}["backend"] must be one of {", ".join(BACKENDS)}. Received: {self.backend!r}'
            )
        if not os.access(self.python, os.X_OK) or os.path.isdir(self.python):
            raise ValueError(
                f'{name}["python"] must be the path of a Python interpreter. Received: {self.python!r}'
            )
        for key in COMPILED:
            value = getattr(self, key)
            if value not in (None, True, False):
                raise ValueError(f'{name}["{key}"] must be True or False. Received: {value!r}')
        for key in ("environment", "arguments"):
            value = getattr(self, key)
            if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
                raise ValueError(
                    f'{name}["{key}"] must be a dict whose keys are names. Received: {value!r}'
                )

    def process_environment(self) -> dict[str, str]:
        """The environment variables of its process."""
        own = {key: str(value) for key, value in self.environment.items()}
        backend = {} if self.backend is None else {"KERAS_BACKEND": self.backend}
        return {**os.environ, **backend, **own}
