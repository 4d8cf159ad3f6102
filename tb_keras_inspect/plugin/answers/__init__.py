"""The answers as pure functions of a run and of validated parameters. They know nothing about HTTP."""
