"""How many examples Hypothesis tries, and how it chooses them: alike on a laptop and in CI.

`default` tries the same examples in every run: a change passes or fails by itself, not by chance,
and a failure repeats on any machine. It is for every day; `pytest -m soak` tries all that a test
asks for, by the profile `full`. `coverage` tries a few, beside a run that tries the everyday ones.
`soak` searches: new examples each time, and more of them. Choose one with
`pytest --hypothesis-profile soak` or `HYPOTHESIS_PROFILE=soak`.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = 100
"""Examples of a test that names no number, in a full run."""

EVERYDAY = 40
"""Examples of the same test every day; a test that names a number tries as much less of it."""

FEWEST = 2
"""Examples that are tried every day, however few a test asks for."""

COVERAGE = 10
"""Examples of the same test where only the lines that it reaches are counted."""

SOAK_FACTOR = 20


def load() -> None:
    """Register the profiles and load the one that the environment names.

    Hypothesis by itself loads another profile where it sees the variable CI; this replaces it.
    """
    settings.register_profile(
        "default",
        max_examples=EVERYDAY,
        derandomize=True,
        database=None,
        deadline=None,  # the time of one example depends on what else the machine does
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],  # for the same reason
    )
    everyday = settings.get_profile("default")
    settings.register_profile("full", parent=everyday, max_examples=EXAMPLES)
    settings.register_profile(
        "soak", parent=everyday, max_examples=SOAK_FACTOR * EXAMPLES, derandomize=False
    )
    settings.register_profile("coverage", parent=everyday, max_examples=COVERAGE)
    settings.register_profile(
        "mutation",
        parent=settings.get_profile("full"),
        phases=(Phase.explicit, Phase.generate),  # that a fault is found is enough
    )
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def load_full() -> None:
    """Try every example from now on, unless the environment asks for more or fewer."""
    if "HYPOTHESIS_PROFILE" not in os.environ:
        settings.load_profile("full")


def examples(count: int, everyday: int | None = None, **more: object) -> settings:
    """Try so many examples in a full run, and in another profile more or fewer in proportion.

    `everyday` is the most of them that are tried every day, where one takes seconds.
    """
    share = count * settings.default.max_examples // EXAMPLES
    if everyday is not None and settings.default.max_examples <= EVERYDAY:
        share = min(share, everyday)
    return settings(max_examples=max(share, min(count, FEWEST)), **more)
