import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect.plugin.errors import BadRequestError
from tb_keras_inspect.plugin.params import Params


def params(**arguments):
    return Params(arguments, ("step", "width", "rows", "pool", "name"))


def test_integers_are_read_with_their_sign():
    assert params(step="-12").step("step") == -12
    assert params(width="7").width() == 7
    assert params().step("step") is None


@given(st.text(max_size=12) | st.integers().map(str))
def test_whatever_text_is_an_integer_in_range_or_refused(text):
    accepted = text.isascii() and text.isdigit() and 1 <= int(text) <= 10_000
    if accepted:
        assert params(width=text).width() == int(text)
    else:
        with pytest.raises(BadRequestError, match="Received"):
            params(width=text).width()


@pytest.mark.parametrize(
    "text", ["", "-", "+3", "1_000", " 5", "٣", "0x10", "1.0", "--1", "9" * 30]
)
def test_other_ways_to_write_a_number_are_refused(text):
    with pytest.raises(BadRequestError, match="integer"):
        params(step=text).step("step")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1:3", slice(1, 3)), (":3", slice(0, 3)), ("2:", slice(2, None)), (":", slice(0, None))],
)
def test_rows(text, expected):
    assert params(rows=text).rows() == expected


@pytest.mark.parametrize("text", ["", "3", "-1:3", "1:2:3", "a:b", "1:-2", "9999999999:"])
def test_other_rows_are_refused(text):
    with pytest.raises(BadRequestError, match="first:end"):
        params(rows=text).rows()


def test_lists_drop_repetitions_and_check_their_words():
    assert params(pool="max,min,max").choices("pool", ("min", "max"), ()) == ["max", "min"]
    assert params().choices("pool", ("min", "max"), ["min"]) == ["min"]
    with pytest.raises(BadRequestError, match="min, max"):
        params(pool="max,").choices("pool", ("min", "max"), ())


def test_unknown_and_missing_names_are_refused():
    with pytest.raises(BadRequestError, match=r"Unknown parameter 'x'\. Accepted: step"):
        params(x="1")
    with pytest.raises(BadRequestError, match="'name' is missing"):
        params().text("name")
    assert params(name="").text("name") == ""
