"""The files behind a URL: through fsspec or, where it cannot open the URL, TensorFlow's file layer."""

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar

from tb_keras_inspect.catalog.extras import how_to_install
from tb_keras_inspect.files.growing_object import GrowingObject
from tb_keras_inspect.files.remote_interface import NewFile, RemoteFiles

# A reader sees a whole object or none, and nothing can be appended to one. Elsewhere there are files.
OBJECT_STORES = frozenset(("gs", "gcs", "s3", "s3a", "az", "abfs", "abfss", "oci", "oss"))


def remote_files(url: str) -> RemoteFiles:
    """Return the file system of a URL.

    Raises:
        OSError: If nothing that is installed opens it.
    """
    try:
        return FsspecFiles(url)
    except (ImportError, ValueError) as error:
        try:
            return TensorFlowFiles(url)
        except OSError as other:
            raise OSError(f"Cannot open {url!r}: {_reason(error)} ({other})") from error


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == "fsspec":
        return f"it needs fsspec: {how_to_install('remote')}"
    return str(error)  # fsspec names the package that the URL needs


def create(path: str, continues: bool = False) -> NewFile:
    """Create a file behind a URL, and its directory, to append to.

    Args:
        path: Its URL.
        continues: Whether another one in this directory has just been written.

    Raises:
        OSError: If it cannot be created.
    """
    files = remote_files(path)
    files.make(path.rpartition("/")[0])
    if scheme_of(path) in OBJECT_STORES:
        return GrowingObject(files, path, continues)
    return files.create(path)


def scheme_of(url: str) -> str:
    """Return the scheme of a URL; of a chain such as `simplecache::s3://`, the last one."""
    return url.partition("://")[0].rpartition("::")[2]


@contextlib.contextmanager
def _os_errors() -> Iterator[None]:
    """Each file system has exceptions of its own."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _tensorflow_errors() -> Iterator[None]:
    """The same for TensorFlow's layer, whose errors are no OSErrors."""
    from tensorboard.compat import tf

    with _os_errors():
        try:
            yield
        except tf.errors.NotFoundError as error:
            raise FileNotFoundError(f"{type(error).__name__}: {error}") from error


class FsspecFiles:
    """What fsspec opens."""

    def __init__(self, url: str):
        import fsspec  # optional: only URLs need it

        self._system: Any = fsspec.core.url_to_fs(url)[0]
        self._has_directories = scheme_of(url) not in OBJECT_STORES
        self.sizes: dict[str, int] = {}

    def names(self, directory: str) -> list[str]:
        return [_name(entry["name"]) for entry in self._entries(directory)]

    def files(self, directory: str) -> list[str]:
        found = {
            f"{directory.rstrip('/')}/{_name(entry['name'])}": entry.get("size")
            for entry in self._entries(directory)
            if entry["type"] == "file"
        }
        self.sizes = {path: int(size) for path, size in found.items() if size is not None}
        return list(found)

    @_os_errors()
    def _entries(self, directory: str) -> list[dict[str, Any]]:
        self._system.invalidate_cache()
        return list(self._system.ls(self._system._strip_protocol(directory), detail=True))

    @_os_errors()
    def walk(self, directory: str) -> list[tuple[str, list[str]]]:
        self._system.invalidate_cache()
        found, to_list = [], [directory.rstrip("/")]
        while to_list:  # not fsspec's walk: to it, a directory that cannot be read is empty
            at = to_list.pop(0)
            path = self._system._strip_protocol(at)
            with contextlib.suppress(FileNotFoundError):
                entries = [(_name(e["name"]), e["type"]) for e in self._inside(path)]
                found.append((at, [name for name, kind in entries if kind != "directory"]))
                to_list += [f"{at}/{name}" for name, kind in entries if kind == "directory"]
        return found

    def _inside(self, path: str) -> list[dict[str, Any]]:
        """Object stores also list the object that stands for the directory itself."""
        entries = self._system.ls(path, detail=True)
        return [entry for entry in entries if entry["name"].strip("/") != path.strip("/")]

    @_os_errors()
    def size(self, path: str) -> int:
        self._system.invalidate_cache()
        found = self._system.info(path)
        if found["type"] != "file":
            raise FileNotFoundError(path)
        return int(found["size"])

    @_os_errors()
    def changed(self, path: str) -> float:
        self._system.invalidate_cache()
        return float(self._system.modified(path).timestamp())

    @_os_errors()
    def read(self, path: str, start: int = 0, stop: int | None = None) -> bytes:
        if not start and stop is None:  # no range: an empty object has none
            return bytes(self._system.cat_file(path))
        return bytes(self._system.cat_file(path, start=start, end=stop))

    @_os_errors()
    def write(self, path: str, data: bytes) -> None:
        self._system.pipe_file(path, data)

    @_os_errors()
    def create(self, path: str) -> NewFile:
        try:  # not a whole file first: Azure appends only to what was created by appending
            self._system.open(path, "ab").close()
        except FileNotFoundError:
            self._system.pipe_file(path, b"")
        return _AppendedFile(self._system, path)

    @_os_errors()
    def move(self, source: str, target: str) -> None:
        self._system.mv(source, target)

    @_os_errors()
    def remove(self, path: str) -> None:
        self._system.rm_file(path)

    @_os_errors()
    def make(self, directory: str) -> None:
        if self._has_directories:  # s3fs would make a bucket that is missing: a typo, most likely
            self._system.makedirs(directory, exist_ok=True)


class TensorFlowFiles:
    """What TensorFlow's file layer opens and fsspec does not; TensorFlow is imported only then.

    Raises:
        OSError: If it does not open the URL either.
    """

    _known_schemes: ClassVar[set[str]] = set()

    @_tensorflow_errors()
    def __init__(self, url: str) -> None:
        from tensorboard.compat import tf  # TensorBoard's stand-in where there is no TensorFlow

        self._gfile: Any = tf.io.gfile
        self.sizes: dict[str, int] = {}  # a listing has none
        scheme = url.partition("://")[0]
        if scheme not in self._known_schemes:  # one request, not one for each directory
            self._gfile.exists(url)  # raises for a scheme that the layer does not know
            self._known_schemes.add(scheme)

    @_tensorflow_errors()
    def names(self, directory: str) -> list[str]:
        return [str(name).rstrip("/") for name in self._gfile.listdir(directory)]

    @_tensorflow_errors()
    def files(self, directory: str) -> list[str]:
        paths = [f"{directory.rstrip('/')}/{name}" for name in self.names(directory)]
        return [path for path in paths if not self._gfile.isdir(path)]

    @_tensorflow_errors()
    def walk(self, directory: str) -> list[tuple[str, list[str]]]:
        return [(at, list(names)) for at, _, names in self._gfile.walk(directory)]

    @_tensorflow_errors()
    def size(self, path: str) -> int:
        return int(self._gfile.stat(path).length)

    @_tensorflow_errors()
    def changed(self, path: str) -> float:
        return float(self._gfile.stat(path).mtime_nsec) / 1e9

    @_tensorflow_errors()
    def read(self, path: str, start: int = 0, stop: int | None = None) -> bytes:
        with self._gfile.GFile(path, "rb") as file:
            if start:
                file.seek(start)
            return bytes(file.read() if stop is None else file.read(stop - start))

    @_tensorflow_errors()
    def write(self, path: str, data: bytes) -> None:
        with self._gfile.GFile(path, "wb") as file:
            file.write(data)

    @_tensorflow_errors()
    def create(self, path: str) -> NewFile:
        return _FlushedFile(self._gfile.GFile(path, "wb"))

    @_tensorflow_errors()
    def move(self, source: str, target: str) -> None:
        self._gfile.rename(source, target, overwrite=True)

    @_tensorflow_errors()
    def remove(self, path: str) -> None:
        self._gfile.remove(path)

    @_tensorflow_errors()
    def make(self, directory: str) -> None:
        self._gfile.makedirs(directory)


class _SteadyFile:
    """A file that readers see grow with each write."""

    is_full = False
    due_seconds = None

    def flush(self) -> None:
        """Each write has done so."""

    def close(self) -> None:
        """Nothing is held open."""


class _FlushedFile(_SteadyFile):
    """A file that stays open."""

    def __init__(self, file: Any):
        self._file = file

    @_os_errors()
    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()

    @_os_errors()
    def close(self) -> None:
        self._file.close()


class _AppendedFile(_SteadyFile):
    """A file that is opened for each write: fsspec keeps what a flush leaves until a block is full."""

    def __init__(self, system: Any, path: str):
        self._system, self._path = system, path

    @_os_errors()
    def write(self, data: bytes) -> None:
        with self._system.open(self._path, "ab") as file:
            file.write(data)


def _name(path: str) -> str:
    return str(path).rstrip("/").rsplit("/", 1)[-1]
