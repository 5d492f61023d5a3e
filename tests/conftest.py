"""How hard Hypothesis looks.

A search of minutes, not seconds:
`HYPOTHESIS_PROFILE=thorough pytest tests/properties --timeout 3600`.
"""

import os

from hypothesis import HealthCheck, Phase, settings

# A replay of a year takes what it takes, and shared machines stall.
_UNHURRIED = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}

settings.register_profile("quick", max_examples=25, **_UNHURRIED)
settings.register_profile("thorough", max_examples=1000, **_UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
