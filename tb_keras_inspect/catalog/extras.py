"""How optional dependencies are installed: the package is not on an index."""


def how_to_install(extra: str) -> str:
    """The command, as the end of a sentence."""
    return f"in a checkout of tb-keras-inspect, pip install '.[{extra}]'"
