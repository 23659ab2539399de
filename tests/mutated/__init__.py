"""Mutants of the core: changes that no test was written for, and which of them are noticed."""
