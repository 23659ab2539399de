"""A small repository of another city: its policy, its law, and its three lines."""

from pathlib import Path

SAMPLE = Path(__file__).parent
OWN = "LJ1"
"""The law of its own."""
