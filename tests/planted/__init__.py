"""Faults that are planted in the sources on purpose, so that it shows that the tests can fail."""
