"""What each row of the table of transitions does: conditions that may be unmet, then events.

One module for each part of a matter's life; :mod:`whistle_engine.workflow` holds the table.
"""
