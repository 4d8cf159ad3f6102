"""One run of the demo."""

import dataclasses

import keras

BATCH_SIZE = 32
STEPS = 900  # of each run, rounded to whole epochs
EVERY = 5  # steps between samples: 180 of 900, so the onset of a problem is known to within 5 steps


@dataclasses.dataclass(frozen=True)
class DemoRun:
    """A compiled model and how it is trained.

    Attributes:
        summary: One line for the console: what the run is and what goes wrong.
        model: A compiled model that takes the images and class numbers of `datasets.Dataset`.
        steps: Number of training batches, rounded to whole epochs when it runs.
        every: Steps between samples.
    """

    summary: str
    model: keras.Model
    steps: int = STEPS
    every: int = EVERY

    def epochs(self, samples: int) -> int:
        """The number of epochs over `samples` that is closest to `steps` batches."""
        return max(1, round(self.steps / -(-samples // BATCH_SIZE)))
