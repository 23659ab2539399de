"""``python -m whistle_engine.cli``: the same as ``whistle``."""

from whistle_engine.cli import main

main()
