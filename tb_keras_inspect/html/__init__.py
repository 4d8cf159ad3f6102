"""Self-contained HTML and SVG: the report of a diagnosis, exported tables, a run in a notebook."""
