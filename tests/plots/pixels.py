"""What a drawing shows, as colours: with no text on it, so that no font matters."""

import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def bare_axes(columns: int, rows: int, zoom: int = 4) -> Axes:
    """Axes that fill a figure in which each of `columns` x `rows` cells is `zoom` pixels wide."""
    figure = plt.figure(figsize=(columns * zoom, rows * zoom), dpi=1)
    return figure.add_axes((0, 0, 1, 1))


def cells(ax: Axes, columns: int, rows: int) -> np.ndarray:
    """uint8[rows, columns, 3]: the colour at the middle of each cell of what `ax` shows."""
    figure = ax.figure
    for other in figure.axes:
        if other is not ax:
            other.remove()
    ax.set_position((0, 0, 1, 1))
    ax.set_title("")
    ax.set_axis_off()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="rgba", dpi=1)
    width, height = figure.canvas.get_width_height()
    image = np.frombuffer(buffer.getvalue(), np.uint8).reshape(-1, width, 4)[:, :, :3]
    assert len(image) == height
    y = ((np.arange(rows) + 0.5) * height / rows).astype(int)
    x = ((np.arange(columns) + 0.5) * width / columns).astype(int)
    return image[np.ix_(y, x)]


def color(name: str) -> np.ndarray:
    """uint8[3] of a colour's name."""
    from matplotlib.colors import to_rgb

    return np.round(np.array(to_rgb(name)) * 255).astype(np.uint8)


def content(ax: Axes) -> list[bytes]:
    """The data of everything drawn into `ax`, to compare drawings; nothing for bare axes."""
    parts = [line.get_xydata() for line in ax.lines]
    parts += [np.ma.filled(image.get_array(), -1) for image in ax.images]
    for collection in ax.collections:
        values = collection.get_array()
        parts += [collection.get_offsets()] if values is None else [np.ma.filled(values, -1)]
    parts += [patch.get_path().vertices for patch in ax.patches]
    return [np.asarray(part, float).tobytes() for part in parts]


def texts(ax: Axes) -> list[str]:
    """Every text of the figure as it is drawn."""
    from matplotlib.text import Text

    ax.figure.canvas.draw()
    return [text.get_text() for text in ax.figure.findobj(Text) if text.get_text()]
