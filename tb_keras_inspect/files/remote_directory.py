"""Control files on object stores and whatever other URLs fsspec or TensorFlow's file layer opens."""

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any, Protocol

from tb_keras_inspect.files.safe_directory import UnsafeError

# There a reader sees all of an object or none; elsewhere a file is moved into its place.
OBJECT_STORES = frozenset(("gs", "gcs", "s3", "s3a", "az", "abfs", "abfss", "oci", "oss"))


class System(Protocol):
    """What control needs of a file system; paths are URLs."""

    def names(self, path: str) -> list[str]:
        """What is in a directory."""

    def size(self, path: str) -> int:
        """Bytes of a file."""

    def read(self, path: str) -> bytes:
        """A whole file."""

    def write(self, path: str, data: bytes) -> None:
        """A whole file."""

    def move(self, source: str, target: str) -> None:
        """Puts a file in the place of another one."""

    def remove(self, path: str) -> None:
        """Removes a file."""

    def make(self, path: str) -> None:
        """Makes a directory, where there are such."""


class RemoteDirectory:
    """Stands in for `files.Directory` behind a URL, where there are neither links nor permissions.

    Args:
        path: A URL or, in another directory, a name. It may be missing: nothing is in it then.
        inside: The directory that it is in.
    """

    least_wait_seconds = (
        0.3  # between two requests for news: each takes its time, and may cost money
    )

    def __init__(self, path: str, inside: "RemoteDirectory | None" = None):
        self.path: str = f"{inside.path}/{path}" if inside else path.rstrip("/")
        self._system: System = inside._system if inside else system_of(self.path)
        self._moves = self.path.partition("://")[0] not in OBJECT_STORES

    @classmethod
    def made(cls, path: str, inside: "RemoteDirectory | None" = None) -> "RemoteDirectory":
        """The same, made where it is missing."""
        directory = cls(path, inside)
        with _os_errors():
            directory._system.make(directory.path)
        return directory

    def __enter__(self) -> "RemoteDirectory":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open."""

    def names(self) -> list[str]:
        """What is in it."""
        try:
            with _os_errors():
                return self._system.names(self.path)
        except FileNotFoundError:
            return []

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        try:
            with _os_errors():
                self._system.size(self._of(name))
        except OSError:
            return False
        return True

    def read(self, name: str, limit: int) -> bytes:
        """A file of at most `limit` bytes.

        Raises:
            FileNotFoundError: when there is none. UnsafeError: when it is too large.
        """
        with _os_errors():
            size = self._system.size(self._of(name))
        if size > limit:
            raise UnsafeError(f"{name} has more than {limit} bytes")
        with _os_errors():
            return self._system.read(self._of(name))

    def write(self, name: str, data: bytes, mode: int = 0o666, keep: bool = False) -> bool:
        """Puts a file there in one move; `mode` means nothing here. Returns whether it was written."""
        if keep and self.has(name):
            return False
        with _os_errors():
            if not self._moves:
                self._system.write(self._of(name), data)
                return True
            temporary = f".{name}.{secrets.token_hex(8)}"
            try:
                self._system.write(self._of(temporary), data)
                self._system.move(self._of(temporary), self._of(name))
            except BaseException:
                self.remove(temporary)
                raise
        return True

    def remove(self, name: str) -> bool:
        """Removes a file; whether it was there."""
        if not self.has(name):
            return False
        try:
            with _os_errors():
                self._system.remove(self._of(name))
        except OSError:
            return False
        return True

    def _of(self, name: str) -> str:
        return f"{self.path}/{name}"


def system_of(url: str) -> System:
    """The file system of a URL.

    Raises:
        OSError: when nothing that is installed opens it.
    """
    try:
        return Fsspec(url)
    except (ImportError, ValueError) as error:
        with contextlib.suppress(ImportError):
            return Gfile()
        raise OSError(f"Cannot open {url!r}: {error}") from error


class Fsspec:
    """Whatever fsspec opens."""

    def __init__(self, url: str):
        import fsspec

        self._system: Any = fsspec.core.url_to_fs(url)[0]

    def names(self, path: str) -> list[str]:
        self._system.invalidate_cache()
        found = self._system.ls(path, detail=False)
        return [str(name).rstrip("/").rsplit("/", 1)[-1] for name in found]

    def size(self, path: str) -> int:
        self._system.invalidate_cache()
        found = self._system.info(path)
        if found["type"] != "file":
            raise FileNotFoundError(path)
        return int(found["size"])

    def read(self, path: str) -> bytes:
        return bytes(self._system.cat_file(path))

    def write(self, path: str, data: bytes) -> None:
        self._system.pipe_file(path, data)

    def move(self, source: str, target: str) -> None:
        self._system.mv(source, target)

    def remove(self, path: str) -> None:
        self._system.rm_file(path)

    def make(self, path: str) -> None:
        self._system.makedirs(path, exist_ok=True)


class Gfile:
    """What TensorFlow's file layer opens and fsspec does not; only then is it imported."""

    def __init__(self) -> None:
        from tensorboard.compat import tf

        self._gfile: Any = tf.io.gfile

    def names(self, path: str) -> list[str]:
        return [str(name).rstrip("/") for name in self._gfile.listdir(path)]

    def size(self, path: str) -> int:
        return int(self._gfile.stat(path).length)

    def read(self, path: str) -> bytes:
        with self._gfile.GFile(path, "rb") as file:
            return bytes(file.read())

    def write(self, path: str, data: bytes) -> None:
        with self._gfile.GFile(path, "wb") as file:
            file.write(data)

    def move(self, source: str, target: str) -> None:
        self._gfile.rename(source, target, overwrite=True)

    def remove(self, path: str) -> None:
        self._gfile.remove(path)

    def make(self, path: str) -> None:
        self._gfile.makedirs(path)


@contextlib.contextmanager
def _os_errors() -> Iterator[None]:
    """Each file system has errors of its own."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        kind = FileNotFoundError if "NotFound" in type(error).__name__ else OSError
        raise kind(f"{type(error).__name__}: {error}") from error
