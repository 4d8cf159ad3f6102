#!/bin/sh
# Prints a Python between 3.10 and 3.13 that runs. 3.11 comes first: it has wheels of all that the tests
# need, the old protocol compiler of `make proto` included.
for name in python3.11 python3.12 python3.13 python3 python python3.10; do
    if "$name" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null; then
        command -v "$name"
        exit 0
    fi
done
echo "no Python 3.10 to 3.13 found; give one with: make PYTHON=/path/to/python ..." >&2
exit 1
