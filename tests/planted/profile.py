"""A Hypothesis profile for planted faults: the same examples each time, and none made smaller.

Loaded with ``-p`` before tests/conftest.py, which takes the profile that the environment names.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "planted",
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
