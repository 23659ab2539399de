"""The reference store: plain lists and dictionaries behind one lock, to be read and copied.

It forgets everything when the process ends. Rows are frozen and bytes cannot change, so it
hands out what it holds (S10).
"""

from whistle_engine.storage.memory._store import MemoryStore

__all__ = ["MemoryStore"]
