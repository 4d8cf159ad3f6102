"""Self-contained HTML and SVG: the report of a diagnosis, and plots for pages and notebooks.

May be imported by `cli`, `export` and the display of runs. What a log holds is escaped by MarkupSafe.
"""
