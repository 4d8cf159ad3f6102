"""From the training thread to the event file: a bounded queue and one background thread."""

import logging
import os
import queue
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable

from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.files import before_reading
from tb_keras_inspect.files.claim import Claim, claim
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.training.writing import process_end
from tb_keras_inspect.training.writing.rest import REST_SECONDS, Rest

logger = logging.getLogger(__name__)

QUEUE_SIZE = 64  # samples; each holds one packed device vector
MOST_WAITING = 1000  # jobs that may wait
CLOSE_SECONDS = 60.0  # how long `close` waits for a slow disk

Job = Callable[[], Iterable[event_pb2.Event]]
# What a job writes.
KINDS = SAMPLE, SNAPSHOT, EPOCH, OTHER = "sample", "snapshot", "epoch", "other"


class Recorder:
    """Writes events on a background thread, so that a slow or failing disk does not affect training.

    A job is a function that makes events. It runs on the background thread, which therefore also
    copies from the device and encodes. Each job's events are on disk before the next job begins. After
    the first failure, all later jobs are dropped.

    Only one recorder writes to a directory at a time.

    Args:
        log_dir: The run's directory.
        queue_size: Maximum number of jobs in the queue.
        place: The directory, claimed. Defaults to None: `log_dir` or, if another recorder has it, a
            subdirectory.
        after: The closed recorder of the fit before, whose file and counts are continued if they can.

    Attributes:
        log_dir: Where it writes: `log_dir`, or a subdirectory of it.
        continues: Whether it goes on with the file of `after`.
        dropped: Number of jobs dropped because the queue was full.
        bytes_of: Bytes written, by what the job is counted as.
        count_of: Number of jobs done, likewise.
        taken_of: Number of jobs queued, likewise.
        path: The event file.
        neighbour: The event file behind a URL that another process seems to write to, or "".

    Raises:
        OSError: when the directory cannot be written.
    """

    def __init__(
        self,
        log_dir: str,
        queue_size: int = QUEUE_SIZE,
        place: Claim | None = None,
        after: "Recorder | None" = None,
    ):
        self._claim = place or claim(log_dir)
        self.log_dir = self._claim.path
        self._writer: EventFileWriter
        self._is_complete = False
        before = after._writer if after is not None and after._is_complete else None
        try:
            self._writer = EventFileWriter(self.log_dir, before)
        except BaseException:
            self._claim.release()
            raise
        self.continues = self._writer.continues
        self.path = self._writer.path
        self.neighbour = self._writer.neighbour
        self._failure: BaseException | None = None
        self._is_patient = True
        self.dropped = 0
        self.bytes_of, self.count_of, self.taken_of = (Counter[str]() for _ in KINDS[:3])
        if after is not None and self.continues:
            self.bytes_of, self.count_of, self.taken_of = after._counts
        self._rest, self._looks_at_clock = Rest(), False
        self._waiting: deque[tuple[Job, str]] = deque()
        self._queue: queue.Queue[tuple[Job, str] | None] = queue.Queue(queue_size)
        self._thread = threading.Thread(target=self._run, name="tb-keras-inspect", daemon=True)
        self._thread.start()
        process_end.recorders.add(self)

    @property
    def bytes_written(self) -> int:
        """Size of the event file so far."""
        return self._writer.size

    @property
    def failure(self) -> BaseException | None:
        """What went wrong, or None."""
        if self._failure is None and not self._rest.is_over and not self._thread.is_alive():
            return RuntimeError("the thread that writes has ended")  # killed, or lost in a fork
        return self._failure

    @property
    def is_open(self) -> bool:
        """Whether the recorder still accepts jobs."""
        return self.failure is None and not self._rest.is_over and self._thread.is_alive()

    def put(
        self, job: Job, wait_seconds: float = 0.0, what: str = OTHER, may_wait: bool = False
    ) -> bool:
        """Hands over a job.

        Args:
            job: Called on the background thread.
            wait_seconds: How long to wait for room in a full queue. Use it for jobs that must not be
                lost. After a wait that times out, later calls do not wait until a job has been queued.
            what: What the job's bytes are counted as: `SAMPLE`, `SNAPSHOT`, `EPOCH` or `OTHER`.
            may_wait: Whether the thread need not wake up for it, if it rests now and then. It is done
                before any later job, and within `REST_SECONDS`: many at once take less time.

        Returns:
            Whether the job was queued. It is dropped if the queue is full or recording has failed.
        """
        if not self.is_open:
            return False
        if may_wait and self._looks_at_clock and len(self._waiting) < MOST_WAITING:
            self.taken_of[what] += 1
            self._waiting.append((job, what))
            return True
        wait_seconds = wait_seconds if self._is_patient else 0.0
        try:
            self._queue.put((job, what), block=wait_seconds > 0, timeout=wait_seconds or None)
        except queue.Full:
            self._is_patient = self._is_patient and not wait_seconds
            self.dropped += 1
            return False
        self._is_patient = True
        self.taken_of[what] += 1
        return True

    def expected(self, what: str) -> tuple[int, float]:
        """The number of queued jobs, and their bytes once all of them are written.

        Jobs that are not written yet count with the average size of those that are. (0, 0.0) until
        the first one is written.
        """
        done, taken = self.count_of[what], self.taken_of[what]
        return (taken, self.bytes_of[what] * taken / done) if done else (0, 0.0)

    def flush(self, wait_seconds: float) -> None:
        """Has readers see what was handed over so far, if that succeeds in the time given."""
        done = threading.Event()

        def job() -> Iterable[event_pb2.Event]:
            try:
                self._writer.flush()
            finally:
                done.set()
            return ()

        if self.put(job, wait_seconds):
            done.wait(wait_seconds)

    @property
    def is_resting(self) -> bool:
        """Whether it stays open between two fits."""
        return self._rest.is_on

    def rest(self, last: Job | None, wait_seconds: float = CLOSE_SECONDS) -> bool:
        """Writes what cannot wait and stays open for `REST_SECONDS`, or a little longer.

        Then it closes itself, if nobody calls `resume` before; at once if somebody reads.

        Args:
            last: To be done when it is closed, unless it is resumed.
            wait_seconds: How long to wait for a slow disk.

        Returns:
            Whether everything was written, and the recorder rests.
        """
        if self._queue.unfinished_tasks:
            finished = self._queue.all_tasks_done
            with finished:
                finished.wait_for(lambda: not self._queue.unfinished_tasks, wait_seconds)
        if self._queue.unfinished_tasks or not self.is_open:
            return False
        self._rest.begin(last)
        if not self._looks_at_clock:  # its thread waits for a job, for as long as it takes
            self._looks_at_clock = True
            self.put(tuple)
            before_reading.add(self)
        return True

    def resume(self) -> bool:
        """Ends a rest. False if it is over, or the file is not as it was left."""
        return self._rest.end(lambda: self.is_open and self._writer.is_as_left())

    def end_rest(self) -> None:
        """Closes it at once if it rests."""
        if self.is_resting and self._rest.close_in_time(0.0):
            self.close(wait_seconds=5.0)

    def write_out(self, directory: str) -> None:
        """Has a reader of a directory find everything there; see `before_reading`."""
        if os.path.realpath(directory) == os.path.realpath(self.log_dir):
            self.end_rest()
            if self._waiting and threading.current_thread() is not self._thread:
                self.flush(5.0)

    def close(self, wait_seconds: float = CLOSE_SECONDS) -> bool:
        """Writes what is waiting and closes the file. Safe to call twice.

        Returns:
            Whether everything was written in the time given.
        """
        self._failure = self.failure
        self._rest.close()
        if self._thread.is_alive():
            try:
                self._queue.put(None, timeout=wait_seconds)
            except queue.Full:
                self._claim.release()
                return False
            self._thread.join(wait_seconds)
        self._claim.release()
        if not self._thread.is_alive():
            process_end.recorders.discard(self)
        self._is_complete = not self._thread.is_alive() and self.failure is None
        return self._is_complete

    def stop(self, why: str) -> None:
        """Closes it for another recorder of this process, which writes into the same directory."""
        self.close(wait_seconds=5.0)
        self._failure = self.failure or RuntimeError(why)

    @property
    def _counts(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        return self.bytes_of, self.count_of, self.taken_of

    def _run(self) -> None:
        try:
            while (item := self._next()) is not None:
                self._catch_up()
                self._write(*item)
                self._queue.task_done()
            self._catch_up()
            if last := self._rest.take_last():
                self._write(last, OTHER)
        except BaseException as error:  # whatever ends this thread must not do so unseen
            self._failure = self._failure or error
        finally:
            try:
                self._writer.close()
            except Exception as error:
                self._failure = self._failure or error
            self._claim.release()
            process_end.recorders.discard(self)
            before_reading.discard(self)
            self._is_complete = self._failure is None

    def _next(self) -> tuple[Job, str] | None:
        while True:
            try:
                wait = REST_SECONDS if self._looks_at_clock else self._writer.due_seconds
                return self._queue.get(timeout=wait)
            except queue.Empty:
                if self._rest.close_in_time():
                    return None
                self._catch_up()
                self._writer.flush()

    def _catch_up(self) -> None:
        while self._waiting:
            self._write(*self._waiting.popleft())

    def _write(self, job: Job, what: str) -> None:
        if self._failure is not None:
            return
        try:
            events = list(job())
            if events:
                before = self._writer.size
                self._writer.write(*events)
                self.bytes_of[what] += self._writer.size - before
            self.count_of[what] += 1
        except BaseException as error:  # also a SystemExit
            logger.debug("recording stopped", exc_info=True)
            self._failure = error
