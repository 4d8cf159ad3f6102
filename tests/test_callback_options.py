"""InspectCallback's options: what is refused, and in which words."""

import copy
import dataclasses
import pathlib
import pickle

import numpy as np
import pytest

import tb_keras_inspect
from tb_keras_inspect import (
    BudgetOptions,
    ControlOptions,
    DiagnosisOptions,
    IncidentOptions,
    InspectCallback,
    PictureOptions,
    RecordOptions,
    RecoveryOptions,
)
from tb_keras_inspect.training.options.moved_options import MOVED

ARRAY = np.array([1, 2])
REFUSED = [
    ({"every": 0}, r"`every` must be 'auto' or a whole number of steps from 1. Received: every=0"),
    ({"every": -3}, "every=-3"),
    ({"every": 2.5}, "every=2.5"),
    ({"every": True}, "every=True"),
    ({"every": "often"}, "'auto'.*Received: every='often'"),
    ({"every": None}, "every=None"),
    ({"maps_every": -1}, r"`maps_every` must be a whole number from 0. Received: maps_every=-1"),
    ({"tier": "huge"}, r"\['economy', 'full', 'standard'\]. Received: tier='huge'"),
    (
        {"budget": {"overhead": -0.1}},
        r"`overhead` must be a positive number. Received: overhead=-0.1",
    ),
    ({"budget": {"overhead": float("nan")}}, "overhead=nan"),
    ({"budget": {"max_log_megabytes": 0}}, "max_log_megabytes=0"),
    ({"layers": "("}, r"valid regular expression"),
    ({"layers": []}, r"non-empty list"),
    ({"layers": [3]}, r"Received an item: 3"),
    ({"every": ARRAY}, r"`every` must be 'auto' or .* Received: every=array"),
    ({"tier": ARRAY}, r"`tier` must be one of .* Received: tier=array"),
    ({"tier": ["full"]}, r"`tier` must be one of .* Received: tier=\['full'\]"),
    ({"console": ARRAY}, r"`console` must be None or one of .* Received: console=array"),
    ({"stop_on": [ARRAY]}, r"`stop_on` takes .* Received: \[1 2\]"),
    ({"stop_on": np.array(1)}, r"`stop_on` takes .* Received: 1"),
    (
        {"pictures": [["kernels"]]},
        r"`kinds` .* list of some of .* Received: kinds=\[\['kernels'\]\]",
    ),
    ({"pictures": [ARRAY]}, r"`kinds` .* list of some of .* Received: kinds=\[array"),
    ({"pictures": np.array(1)}, r"`kinds` .* list of some of .* Received: kinds=array"),
    ({"pictures": "kernels"}, r"`kinds` .* list of some of .* Received: kinds='kernels'"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED, ids=str)
def test_an_option_that_cannot_be_right_is_refused_with_what_is_accepted(options, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        InspectCallback(tmp_path, **options)


GROUPS = {
    "record": RecordOptions,
    "pictures": PictureOptions,
    "budget": BudgetOptions,
    "diagnosis": DiagnosisOptions,
    "control": ControlOptions,
    "incidents": IncidentOptions,
    "recovery": RecoveryOptions,
}


@pytest.mark.parametrize("group", GROUPS)
def test_a_misspelt_option_of_a_group_is_answered_with_the_closest_and_all_accepted(
    group, tmp_path
):
    names = [field.name for field in dataclasses.fields(GROUPS[group])]
    with pytest.raises(
        ValueError, match=f"Did you mean {names[-1]!r}.*{', '.join(names)}.*Received"
    ):
        InspectCallback(tmp_path, **{group: {names[-1] + "s": 1}})


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_that_is_no_group_is_refused_with_what_is_accepted(group, tmp_path):
    with pytest.raises(ValueError, match=f"{GROUPS[group].__name__}.*Received: {group}=3"):
        InspectCallback(tmp_path, **{group: 3})


@pytest.mark.parametrize(("old", "place"), MOVED.items(), ids=str)
def test_an_old_keyword_is_answered_in_one_line_with_its_new_place(old, place, tmp_path):
    with pytest.raises(TypeError) as caught:
        InspectCallback(tmp_path, control=True, **{old: 7})
    group, name = place
    wanted = f"`{old}` is now in `{group}`: InspectCallback(..., {group}={{{name!r}: 7}})"
    assert str(caught.value) == wanted
    assert name in {field.name for field in dataclasses.fields(GROUPS[group])}
    changes = pathlib.Path(tb_keras_inspect.__file__).parent.parent / "CHANGELOG.md"
    assert f"`{old}=...` is `{group}=" in changes.read_text()


def test_several_old_keywords_are_answered_together(tmp_path):
    with pytest.raises(TypeError) as caught:
        InspectCallback(tmp_path, overhead=0.1, control=True, control_timeout=9, gradients=False)
    assert str(caught.value) == (
        "`overhead` is now in `budget`, `control_timeout` is now in `control`, "
        "`gradients` is now in `record`: InspectCallback(..., budget={'overhead': 0.1}, "
        "control={'timeout': 9}, record={'gradients': False})"
    )
    with pytest.raises(TypeError) as caught:
        InspectCallback(tmp_path, gradients=False, weights=True)
    assert str(caught.value).endswith(
        "InspectCallback(..., record={'gradients': False, 'weights': True})"
    )


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"control_timeout": None}, "leave it out"),  # what it suggests must not turn steering on
        ({"on_finding": print}, "InspectCallback(..., diagnosis={'on_finding': ...})"),
        ({"thresholds": np.zeros((2, 2))}, "InspectCallback(..., diagnosis={'thresholds': ...})"),
        (
            {"pictures": ["kernels"], "max_channels": 5},
            "InspectCallback(..., pictures={'kinds': ['kernels'], 'max_channels': 5})",
        ),
    ],
    ids=lambda item: next(iter(item)) if isinstance(item, dict) else "",
)
def test_the_answer_to_an_old_keyword_can_be_typed_and_means_the_same(given, answer, tmp_path):
    with pytest.raises(TypeError) as caught:
        InspectCallback(tmp_path, **given)
    assert str(caught.value).endswith(f": {answer}")


@pytest.mark.parametrize(
    "pictures",
    [
        lambda: (name for name in ["kernels", "attention"]),
        lambda: {"kernels": 1, "attention": 2}.keys(),
        lambda: np.array(["kernels", "attention"]),
    ],
    ids=["generator", "dict_keys", "array"],
)
def test_pictures_may_be_any_iterable_of_names(pictures, tmp_path):
    given = InspectCallback(tmp_path, pictures=pictures())._options.pictures
    assert given == PictureOptions(kinds=["kernels", "attention"])


def test_options_with_thresholds_can_be_hashed_copied_and_pickled():
    thresholds = {"dead_share": 0.3}
    options = DiagnosisOptions(thresholds=thresholds)
    thresholds["dead_share"] = 7  # what was checked is a copy
    assert options.thresholds == {"dead_share": 0.3}
    for same in (copy.deepcopy(options), pickle.loads(pickle.dumps(options))):
        assert same == options
        assert hash(same) == hash(options)
    assert options != DiagnosisOptions(thresholds={"dead_share": 0.4})
