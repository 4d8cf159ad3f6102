"""Fingerprints: of the values alone."""

import subprocess
import sys

import numpy as np
import pytest

from tb_keras_inspect.records.fingerprints import fingerprints

X = np.arange(24, dtype=np.float32).reshape(4, 2, 3) - 7


def test_the_same_example_has_the_same_fingerprint_in_any_order_and_batch():
    marks = fingerprints(X)
    assert marks.dtype == np.uint64
    assert len(set(marks.tolist())) == 4
    np.testing.assert_array_equal(fingerprints(X[::-1]), marks[::-1])
    np.testing.assert_array_equal(fingerprints(X[2:3]), marks[2:3])


@pytest.mark.parametrize("types", [("f4", "f8", "f2"), ("i4", "i8", "u1", "?")])
def test_it_does_not_depend_on_how_a_number_is_stored(types):
    values = np.array([[0, 1], [1, 1], [1, 0]])
    found = {tuple(fingerprints(values.astype(kind)).tolist()) for kind in types}
    assert len(found) == 1


def test_zero_has_one_fingerprint():
    np.testing.assert_array_equal(fingerprints(np.array([[0.0]])), fingerprints(np.array([[-0.0]])))


def test_it_is_the_same_in_another_process_and_release():
    code = (
        "import numpy as np; from tb_keras_inspect import fingerprints; "
        "print(fingerprints(np.array([[1.5, 2.0]]))[0])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) == fingerprints(np.array([[1.5, 2.0]]))[0] == 10285252339805296043


def test_inputs_do_not_run_together_and_a_dict_has_the_order_of_its_names():
    one = fingerprints({"b": X[:, 0], "a": X[:, 1]})
    np.testing.assert_array_equal(one, fingerprints([X[:, 1], X[:, 0]]))
    assert not np.array_equal(one, fingerprints([X[:, 0], X[:, 1]]))
    joined, parted = np.ones((1, 4)), [np.ones((1, 1)), np.ones((1, 3))]
    assert fingerprints(joined)[0] != fingerprints(parted)[0]


def test_text_is_an_input_too():
    np.testing.assert_array_equal(
        fingerprints(np.array(["a", "bc"])), fingerprints(np.array([b"a", b"bc"], object))
    )


def test_another_key_gives_others():
    assert not set(fingerprints(X, b"1").tolist()) & set(fingerprints(X, b"2").tolist())


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([X, X[:2]], r"same number of examples. Received: \[2, 4\]"),
        ([], "Received: no array"),
        (np.float32(1), "axis of examples"),
    ],
)
def test_wrong_input_is_refused(inputs, message):
    with pytest.raises(ValueError, match=message):
        fingerprints(inputs)
