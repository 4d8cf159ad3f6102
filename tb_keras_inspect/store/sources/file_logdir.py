"""All runs below a directory, read from their event files as they grow."""

import os

from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.files.locations import below, is_remote
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.sources.event_files import FileSource
from tb_keras_inspect.store.sources.source import Stamp


class FileLogdir:
    """The runs in and below a directory; a `LogdirSource` of `store.logdir`.

    Args:
        path: A local path or a URL. The directory may appear later.
        is_confined: Whether runs are left out that a link leads to outside the directory, or that
            have an event file which is such a link.
    """

    def __init__(self, path: str, is_confined: bool = False):
        self._path, self._is_confined = path, is_confined
        self._layer = file_layer(path)
        self._sources: dict[str, FileSource] = {}

    def location(self) -> str:
        """The directory."""
        return self._path

    def stamps(self) -> dict[str, dict[Kind, Stamp]]:
        """What there is: run to kind to a stamp that changes when data is added."""
        names = [name for name in self._layer.run_directories(self._path) if self._may_read(name)]
        self._sources = {name: self._sources.get(name) or self._source(name) for name in names}
        found = {name: source.stamps() for name, source in self._sources.items()}
        return {name: stamps for name, stamps in found.items() if stamps}

    def run(self, name: str) -> FileSource:
        """The source of a run that `stamps` has named."""
        return self._sources[name]

    def _source(self, name: str) -> FileSource:
        return FileSource(self._path if name == "." else below(self._path, name))

    def _may_read(self, name: str) -> bool:
        if not self._is_confined or is_remote(self._path):
            return True
        directory, root = os.path.join(self._path, name), os.path.realpath(self._path)
        paths = [directory, *self._layer.event_files(directory)]
        return os.path.commonpath([root, *map(os.path.realpath, paths)]) == root
