"""`python -m tb_keras_inspect.cli`."""

from tb_keras_inspect.cli import main

raise SystemExit(main())
