"""Every message that a user can meet, printed (`make messages`) and held against rules of language."""

import re

import pytest

from tests.messages import messages

MESSAGES = messages()
# Words of our own, and what to write instead: a reader must not have to learn them.
COINED = {
    r"trainings|(a|the|this|that) training\b(?!\s\w)": "training run",
    r"whoever|(?<!one )who has": "anyone who",
    r"shares? of": "fraction of",
    r"deviations?\b(?<!standard deviation)(?<!standard deviations)": "standard deviation",
    r"puts? out|put out": "output",
    r"gradient by": "gradient with respect to",
    r"mend\w*": "fix",
    r"vouch\w*": "untrusted",
    r"is said|are said": "is printed, is shown",
    r"spells?|twin|journal|guessing|ill": "see the glossary",
    r"in vain": "without success",
    r"(a|the) guard|gates?|paces?|looks(?! (like|as))": "check, schedule, server, inspection",
    r"(?-i:posts?)": "server",  # not the HTTP method
    r"watch(es|ed)?|books?|(?<!decimal )places": "diagnosis, log, locations",
}
OPTION = re.compile(r"^`\w+` (must|takes|needs|has no)\b")


def shown(message):
    return f"{message.path}:{message.line} {message.kind}: {message.text}"


def test_the_messages_of_every_part_are_found():
    """What this file checks is worth something only if it sees them."""
    for message in MESSAGES:
        print(shown(message))
    parts = {message.path.split("/")[0] for message in MESSAGES}
    assert parts >= {"cli", "diagnosis", "plots", "plugin", "steering", "store", "training"}
    kinds = {message.kind for message in MESSAGES}
    assert kinds >= {"ValueError", "TypeError", "warn", "add_argument", "Advice", "CAUSES", "HELP"}
    assert len(MESSAGES) > 400


@pytest.mark.parametrize(
    "text",
    [
        "nothing is recorded any more: the callback failed",
        "nothing is recorded any more: writing to",
        "nothing is recorded: Keras",
        "activation maps are not recorded",
        "some sampled steps",
        "another process records into",
        "takes commands. Token",
        "paused before step",
        "`on_finding` is not called any more",
        "`stop_on` does not end training",
        "Steering is off",
        "not all of them have the callback",
        "commands are waiting already",
        "several processes train one model",
    ],
)
def test_a_message_is_found_however_it_reaches_the_user(text):
    """Passed to a helper, returned, appended, or a constant."""
    assert [shown(message) for message in MESSAGES if text in message.text]


@pytest.mark.parametrize("pattern", COINED)
def test_no_message_has_a_word_of_our_own(pattern):
    coined = re.compile(rf"\b({pattern})\b", re.IGNORECASE)
    found = [shown(m) for m in MESSAGES if coined.search(re.sub(r"{.*?}", "{}", m.text))]
    assert found == [], f"write: {COINED[pattern]}"


def test_what_is_wrong_with_an_option_says_what_is_accepted_and_what_was_received():
    options = [message for message in MESSAGES if OPTION.search(message.text)]
    assert len(options) > 20
    assert [shown(message) for message in options if "Received" not in message.text] == []


def test_what_says_received_says_before_what_is_accepted():
    accepted = re.compile(
        r"must|takes|needs|works with|names|matches|has no|[Ee]xpected|[Aa]ccept|not? "
    )
    received = [message for message in MESSAGES if "Received" in message.text]
    wrong = [m for m in received if not accepted.search(m.text.split("Received")[0])]
    assert [shown(message) for message in wrong] == []
