"""One store over several: each matter lies on the shard of its jurisdiction.

It asks nothing of its shards but the contract, so they may be of any kind.
"""

from whistle_engine.storage.routed._store import RoutedStore

__all__ = ["RoutedStore"]
