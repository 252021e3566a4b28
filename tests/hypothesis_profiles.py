"""How many examples Hypothesis tries, and how it chooses them: alike on a laptop and in CI.

`default` tries the same examples in every run: a change passes or fails by itself, not by chance,
and a failure repeats on any machine. `soak` searches: new examples each time, and more of them.
Choose one with `pytest --hypothesis-profile soak` or `HYPOTHESIS_PROFILE=soak`.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = 100
"""Examples of a test that names no number, by default."""

SOAK_FACTOR = 20


def load() -> None:
    """Register the profiles and load the one that the environment names.

    Hypothesis by itself loads another profile where it sees the variable CI; this replaces it.
    """
    settings.register_profile(
        "default",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,  # the time of one example depends on what else the machine does
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],  # for the same reason
    )
    settings.register_profile(
        "soak",
        parent=settings.get_profile("default"),
        max_examples=SOAK_FACTOR * EXAMPLES,
        derandomize=False,
    )
    settings.register_profile(
        "mutation",
        parent=settings.get_profile("default"),
        phases=(Phase.explicit, Phase.generate),  # that a fault is found is enough
    )
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def examples(count: int, **more: object) -> settings:
    """Try so many examples by default, and in another profile more or fewer in proportion."""
    return settings(max_examples=count * settings.default.max_examples // EXAMPLES, **more)
