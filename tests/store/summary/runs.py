"""Runs with known numbers, findings and settings."""

from tb_keras_inspect import records
from tb_keras_inspect.records import Kind
from tests.store.run_writer import RunWriter, make_model

FOUND = {
    "problem": "dying_relu",
    "severity": "error",
    "confidence": 0.9,
    "title": "Half of the units of conv have been dead since step 20",
    "first_step": 20,
    "ongoing": True,
    "layers": ["conv"],
    "advice": "Lower the learning rate.",
}


def write_trial(directory, steps=10, finding=None, ended=True, batch_size=32, **compiled):
    """A run of `steps` samples and one epoch: its loss halves with each sample.

    Args:
        directory: Where to write.
        steps: Sampled steps, ten training steps apart.
        finding: What was reported at the last one; None for nothing.
        ended: Whether the last evaluation was recorded.
        batch_size: Of all batches.
        **compiled: Settings of the model; "__" stands for a dot.
    """
    model = make_model()
    model.compiled.update({name.replace("__", "."): text for name, text in compiled.items()})
    writer = RunWriter(directory, records.seal_model(model))
    writer.write_model(0)
    for number in range(steps):
        writer.write(10 * number, step_value(writer, 10 * number, 2.0**-number, batch_size))
    last = 10 * (steps - 1)
    writer.epoch(last, loss=0.25, val_accuracy=0.5, epoch=0)
    if finding or ended:
        writer.findings(last, last=ended, **(finding or withdrawn()))
    return writer


def step_value(writer, step, loss, batch_size=32):
    """The numbers of a sampled step."""
    columns = {"loss": loss, "learning_rate": 0.5, "batch_size": batch_size, "epoch": 0}
    return writer.numbers(Kind.STEP, step, **columns)


def withdrawn():
    """A finding that was taken back, which is no finding."""
    return {"change": "withdrawn", "problem": "overfitting", "severity": "note"}
