"""What can become of a finding while a run trains. Names are identifiers; meanings are for people."""

FINDING_CHANGES = {
    "found": "found, for the first time or again",
    "worse": "more severe than before",
    "better": "less severe than before",
    "recovered": "the problem has ended; it is still a finding",
    "returned": "the problem is back after it had ended",
    "withdrawn": "no longer found: the later samples do not support it",
}
