"""Sphinx configuration. `make docs` writes the site to build/site.

Sphinx rather than MkDocs: it reads the docstrings of the public API itself, its strict mode checks
every link within the site, and both Sphinx and its Markdown parser are actively developed.
"""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # autodoc imports Keras

import tb_keras_inspect

project = "tb_keras_inspect"
author = "The tb_keras_inspect developers"
copyright = author
version = release = tb_keras_inspect.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
extensions += ["keras_docstrings", "outside_links"]
exclude_patterns = ["_ext", "requirements.txt"]
root_doc = "index"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
# The JSON examples contain comments.
suppress_warnings = ["misc.highlighting_failure"]
highlight_language = "none"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "tb_keras_inspect"
html_show_sphinx = False
html_copy_source = False
