"""What counts as a change of a finding, and when; one that comes and goes does not flood the log."""

import pytest

from tb_keras_inspect import records
from tb_keras_inspect.diagnosis import Advice, Finding, Findings, Where
from tb_keras_inspect.training.live.finding_changes import CONFIRMED, FindingChanges, to_record


def finding(problem="dying_relu", severity="warning", ongoing=True, related=()):
    return Finding(
        problem, severity, 0.9, "Half of dense_1 is dead", 40, 90, ongoing, "Because.",
        Where(["dense_1"]), (), [Advice("Lower the learning rate")], related, "died",
    )  # fmt: skip


WARNING, ERROR, OVER = finding(), finding(severity="error"), finding(ongoing=False)


def changes(*evaluations):
    """The names of all changes, when the last evaluation is known to be the last one."""
    tracker, names = FindingChanges(), []
    for number, found in enumerate(evaluations, 1):
        updated = tracker.update(Findings(found), is_last=number == len(evaluations))
        names += [change.name for change in updated]
    return names


@pytest.mark.parametrize(
    ("evaluations", "expected"),
    [
        ([[WARNING]] * 5, ["found"]),
        ([[WARNING]] * 2 + [[ERROR]] * 2, ["found", "worse"]),
        ([[ERROR]] * 2 + [[WARNING]] * 2, ["found", "better"]),
        ([[WARNING]] * 2 + [[OVER]] * 2 + [[WARNING]] * 2, ["found", "recovered", "returned"]),
        ([[WARNING]] * 2 + [[]] * 2 + [[WARNING]] * 2, ["found", "withdrawn", "found"]),
        ([[WARNING]] * 2 + [[]] + [[WARNING]] * 2, ["found"]),  # not confirmed
        ([[]] * 3 + [[WARNING]], ["found"]),  # after the last evaluation nothing can confirm it
        ([[]] * 3, []),
    ],
)
def test_a_change_is_named_after_what_became_of_the_finding(evaluations, expected):
    assert changes(*evaluations) == expected


def test_a_finding_that_becomes_a_consequence_of_another_is_still_there():
    root = finding("unnormalised_input", related=[WARNING])
    assert changes(*[[WARNING]] * 2, *[[root]] * 2) == ["found", "found"]


def test_a_finding_that_flaps_is_recorded_ever_more_rarely_and_rightly_at_the_end():
    for period in (1, 2, 5):
        flapping = [[WARNING] if n // period % 2 else [] for n in range(10_000)]
        names = changes(*flapping, [WARNING])
        assert len(names) < 20
        assert names[-1] == "found"


def test_worse_than_ever_is_news_and_nothing_else_is():
    tracker = FindingChanges()
    evaluations = [WARNING, None, WARNING, ERROR, WARNING, ERROR]
    news = []
    for item in evaluations:
        for _ in range(CONFIRMED):
            updated = tracker.update(Findings([item] if item else []))
        news.append(any(change.is_news for change in updated))
    assert news == [True, False, False, True, False, False]


def test_the_record_has_what_was_printed_and_is_read_back():
    tracker = FindingChanges()
    message = to_record(tracker.update(Findings([WARNING]), is_last=True), True)
    read = records.decode_finding(message.SerializeToString())
    (change,) = read.changes
    assert read.last
    assert (change.change, change.problem, change.variant) == ("found", "dying_relu", "died")
    assert (change.severity, change.first_step, change.ongoing) == ("warning", 40, True)
    assert (change.title, list(change.layers)) == ("Half of dense_1 is dead", ["dense_1"])
    assert (change.confidence, change.advice) == (0.9, "Lower the learning rate")


def test_a_record_is_small_whatever_the_names():
    long = Finding(
        "dying_relu", "error", 1, "t" * 10**6, 0, 0, True, "", Where(["x" * 10**5] * 1000)
    )
    changes = FindingChanges().update(Findings([long]), is_last=True)
    assert to_record(changes, False).ByteSize() < 250_000
