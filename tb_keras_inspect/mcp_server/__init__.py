"""Answers assistants' questions about runs, over the Model Context Protocol. Needs the extra `mcp`.

`server` makes the server, `answers` what it says. Only `cli` imports this folder; it imports `plots`,
`diagnosis`, `store` and `steering`, never Keras or a backend.
"""
