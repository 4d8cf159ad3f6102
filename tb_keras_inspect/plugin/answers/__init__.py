"""The answers, as pure functions of a run and of checked parameters. They know nothing of HTTP."""
