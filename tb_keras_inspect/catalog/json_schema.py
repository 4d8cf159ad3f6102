"""The version of everything that is written as JSON for programs: docs/command_line.md."""

# Goes up when a name is removed or changes its meaning. New names may appear at any time.
JSON_SCHEMA = 1
