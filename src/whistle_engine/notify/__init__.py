"""Telling people: what a message holds, and who hands it on.

:mod:`.api` is the contract of notifiers, :mod:`.codes` says in which words each recipient is told
what, :mod:`.composing` makes a message of a notice, :mod:`.guarding` calls a notifier whatever it
does, and the other modules are notifiers.
"""
