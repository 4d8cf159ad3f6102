"""The schedule: which steps are sampled, by interval, by cost, by size of the log."""

import itertools

import pytest

from tb_keras_inspect.training.schedule import MIN_POINTS, Schedule

pytestmark = [pytest.mark.core, pytest.mark.any_backend]


class Training:
    """A training by a made-up clock, as the callback drives the schedule.

    Args:
        schedule: The schedule.
        step_seconds: What a plain step takes.
        sample_seconds: What a sampled one takes longer.
        sample_bytes: What a sample adds to the log.
    """

    def __init__(self, schedule, step_seconds=0.01, sample_seconds=0.0, sample_bytes=1000):
        self.schedule, self.step_seconds = schedule, step_seconds
        self.sample_seconds, self.sample_bytes = sample_seconds, sample_bytes
        self.now, self.bytes, self.sampled = 0.0, 0, []

    def run(self, steps, first=0, known=True, **options):
        self.schedule.begin_fit(first, steps if known else None, **options)
        for step in range(first, first + steps):
            self.schedule.timed(self.now, step)
            self.now += self.step_seconds
            if self.schedule.wants(step):
                self.now += self.sample_seconds
                self.bytes += self.sample_bytes
                self.sampled.append(step)
                self.schedule.sampled(step, self.bytes)
        return self

    @property
    def overhead(self):
        return len(self.sampled) * self.sample_seconds / self.now


def test_a_fixed_interval_samples_its_multiples():
    assert Training(Schedule(10, 0.03, 1e9)).run(100).sampled == list(range(0, 100, 10))


def test_a_fixed_interval_of_one_samples_every_step():
    assert Training(Schedule(1, 0.03, 1e9)).run(50).sampled == list(range(50))


def test_the_first_step_is_sampled_wherever_the_run_begins():
    assert Training(Schedule(10, 0.03, 1e9)).run(30, first=7).sampled == [7, 10, 20, 30]


@pytest.mark.parametrize("step_seconds", [0.0005, 0.01, 0.5])
@pytest.mark.parametrize("times", [0.02, 0.5, 3.0])
@pytest.mark.parametrize("overhead", [0.01, 0.03, 0.2])
def test_auto_keeps_its_cost_under_the_share_asked_for(step_seconds, times, overhead):
    extra = times * step_seconds
    training = Training(Schedule("auto", overhead, 1e12), step_seconds, extra).run(100_000)
    # Until the cost is known a few samples are taken at any price.
    assert training.overhead <= overhead * 1.05
    assert len(training.sampled) >= min(MIN_POINTS, 100_000)


def test_auto_samples_every_step_where_that_costs_next_to_nothing():
    training = Training(Schedule("auto", 0.03, 1e12), 1.0, 0.001).run(500)
    assert training.sampled[-100:] == list(range(400, 500))


def test_auto_gives_a_short_fit_its_least_number_of_points_at_any_price():
    training = Training(Schedule("auto", 0.03, 1e12), 0.01, 0.1).run(1000)
    assert len(training.sampled) >= MIN_POINTS


def test_auto_samples_all_of_a_fit_shorter_than_the_least_number_of_points_as_soon_as_it_can():
    training = Training(Schedule("auto", 0.03, 1e12), 0.01, 0.1).run(150)
    assert len(training.sampled) > 120
    assert training.sampled[-1] == 149


@pytest.mark.parametrize("known", [True, False], ids=["known end", "unknown end"])
@pytest.mark.parametrize("every", [1, 7, "auto"])
def test_the_log_stays_under_its_limit_however_long_the_fit(every, known):
    training = Training(Schedule(every, 0.03, 1e6), sample_bytes=5000).run(300_000, known=known)
    assert training.bytes <= 1e6
    # The limit is used: half of it and more, and not all of it at the beginning.
    assert training.bytes > 0.5e6
    assert training.sampled[-1] > 150_000


def test_a_thinned_interval_keeps_to_multiples_of_the_one_asked_for():
    training = Training(Schedule(10, 0.03, 1e6), sample_bytes=10_000).run(100_000)
    assert len(training.sampled) <= 100
    assert all(step % 10 == 0 for step in training.sampled)


@pytest.mark.parametrize(
    ("every", "steps"), [(2, 38), (4, 6), (6, 4), (10, 100), (10, 25), (12, 18), (38, 38), (7, 30)]
)
def test_as_many_epochs_as_the_interval_has_steps_show_each_batch_of_an_epoch(every, steps):
    training = Training(Schedule(every, 0.03, 1e9)).run(steps * every, steps_per_epoch=steps)
    assert {step % steps for step in training.sampled} == set(range(steps))
    # One sample in each `every` steps, and at its beginning in the first epoch.
    assert [step // every for step in training.sampled] == list(range(steps))
    first = [step for step in training.sampled if step < steps]
    assert first == list(range(0, steps, every))


def test_an_epoch_that_shares_no_factor_with_the_interval_needs_no_shift():
    training = Training(Schedule(10, 0.03, 1e9)).run(390, steps_per_epoch=39)
    assert training.sampled == list(range(0, 390, 10))


def test_shifts_go_on_over_fits_of_one_epoch():
    training = Training(Schedule(2, 0.03, 1e9))
    for fit in range(4):
        training.run(6, first=6 * fit, steps_per_epoch=6)
    assert training.sampled == [0, 2, 4, 7, 9, 11, 12, 14, 16, 19, 21, 23]


def test_a_shifted_sample_that_could_not_be_taken_is_taken_at_the_next_step():
    schedule = Schedule(2, 0.03, 1e9)
    schedule.begin_fit(0, 12, steps_per_epoch=4)
    schedule.sampled(2, 0)
    assert [step for step in range(3, 9) if schedule.wants(step)] == [5, 6, 7, 8]


@pytest.mark.parametrize("steps", [32, 38, 100])
def test_auto_shows_each_batch_of_an_epoch_and_keeps_its_interval_on_average(steps):
    training = Training(Schedule("auto", 0.03, 1e12), 0.01, 0.0005).run(100 * steps)
    late = [step for step in training.sampled if step > 10 * steps]
    assert training.schedule.interval == 2
    assert {step % steps for step in late} == set(range(steps))
    assert len(late) == pytest.approx(90 * steps / 2, rel=0.02)
    assert {after - before for before, after in itertools.pairwise(late)} == {1, 2, 3}


def test_samples_fall_on_steps_that_apply_the_accumulated_gradient():
    training = Training(Schedule(10, 0.03, 1e9)).run(100, updates_every=4)
    assert training.sampled[0] == 0
    assert all((step + 1) % 4 == 0 for step in training.sampled[1:])
    assert len(training.sampled) == 10


def test_an_interval_shorter_than_the_accumulation_samples_all_its_steps():
    assert Training(Schedule(1, 0.03, 1e9)).run(20, updates_every=4).sampled == list(range(20))


def test_asking_again_without_a_sample_gives_the_same_answer():
    """Where the step could not be sampled, the next one is asked for."""
    schedule = Schedule(10, 0.03, 1e9)
    schedule.begin_fit(0, 100)
    assert schedule.wants(0)
    assert schedule.wants(1)
    schedule.sampled(1, 0)
    assert [step for step in range(2, 12) if schedule.wants(step)] == [10, 11]


def test_pauses_are_not_counted_as_steps():
    schedule = Schedule("auto", 0.03, 1e9)
    schedule.begin_fit(0, 1000)
    now = 0.0
    for step in range(100):
        if step % 10 == 5:
            schedule.pause()
            now += 60.0  # validation
        schedule.timed(now, step)
        now += 0.01
    assert schedule.step_seconds == pytest.approx(0.01)


@pytest.mark.parametrize("every", [1, 7, 100, "auto"])
@pytest.mark.parametrize("steps_per_epoch", [None, 1, 10])
def test_a_fit_of_which_nothing_is_wanted_has_no_step_that_is_wanted(every, steps_per_epoch):
    schedule, known = Schedule(every, 0.03, 1e9), []
    for first in range(0, 1000, 5):
        schedule.begin_fit(first, 5, steps_per_epoch=steps_per_epoch)
        known.append(schedule.wants_none_to(first + 4))
        wanted = [step for step in range(first, first + 5) if schedule.wants(step)]
        assert known[-1] == (not wanted)
        for step in wanted[:1]:
            schedule.sampled(step, 100.0)
    assert any(known) == (every != 1)
