"""Controls a training run from Python: `tb_keras_inspect.connect("logs/a").pause()`."""

import os

from tb_keras_inspect.steering.channel import Channel, NotSteerableError
from tb_keras_inspect.steering.client import Control
from tb_keras_inspect.steering.exchange import Exchange


def connect(
    run_directory: str | os.PathLike[str], token: str | None = None, timeout: float = 60.0
) -> Control:
    """Connect to a training run that uses `InspectCallback(run_directory, control=True)`.

    Args:
        run_directory: The run's directory, a path or a URL.
        token: The run's token. Defaults to None: read it from the directory, which only the user who
            runs the training may do.
        timeout: Seconds to wait for each answer. Defaults to 60.

    Returns:
        The object that controls the run.

    Raises:
        NotSteerableError: If no training run takes commands there, if the one that did was killed and
            has left its files behind, or if its token cannot be read.

    Example:

    ```python
    import tb_keras_inspect

    training = tb_keras_inspect.connect("logs/a")
    training.pause()
    training.set_learning_rate(1e-4)
    training.resume()
    ```
    """
    channel = Channel(os.fspath(run_directory))
    Exchange(channel, "", timeout).check_alive()
    token = token or channel.token()
    if token is None:
        raise NotSteerableError(
            "The run's token cannot be read here: pass it as `token`. The training program prints it "
            "on its console"
        )
    return Control(channel, token, timeout)
