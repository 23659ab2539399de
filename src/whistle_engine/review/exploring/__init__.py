"""Exploring all that can happen to a matter: how :mod:`whistle_engine.review.explore` does it.

``freely`` lets time pass without measuring it, ``scopes`` says how far an exploration goes and
``presets`` how many take seconds, minutes or hours, ``cast`` and ``choices`` who can ask for what,
``forms`` which states are the same, ``steps`` what follows a state and which laws it keeps,
``search`` walks through all of it on every core, ``liveness`` looks at the whole graph, ``wording``
puts a way through it in words, and ``retelling`` makes a story of it.
"""
