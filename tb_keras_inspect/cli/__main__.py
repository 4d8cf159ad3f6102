"""`python -m tb_keras_inspect.cli`, the same as `tb-keras-inspect`."""

from tb_keras_inspect.cli import main

raise SystemExit(main())
