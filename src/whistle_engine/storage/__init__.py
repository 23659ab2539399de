"""Stores: the contract (:mod:`.api`), its rows (:mod:`.rows`), and one module for each store.

Nothing is imported here, so that a store's own dependencies are paid for by its users only.
"""
