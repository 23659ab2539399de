"""Wrong files, as data, and what is said of each.

``base.toml``, with ``base.categories.csv`` beside it, and ``base.directory.toml`` are small files
without a mistake. ``mistakes.toml`` changes them, and says by hand what is wrong and where;
``told.toml`` has the words, which ``python -m tests.wrong.write`` writes, and people review.
"""
