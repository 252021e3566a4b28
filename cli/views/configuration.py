"""The configuration in force: each setting with its value and its source, and no password."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cli.framework.ledger_names import address_parts, shown_url
from cli.framework.settings import (
    DEFAULT_OC4IDS_PREFIX,
    DEFAULT_PUBLISHER,
    GivenValues,
    SettingValue,
    default_db_url,
    login_name,
    system_user,
)
from cli.framework.usage_errors import CONFIG_KEYS
from cli.views.columns import columns

SCHEMA: Final = "cityfund.config/1"
CONFIG_COLUMNS = columns("setting:0 value source place", place="Given by")


def config_rows(given: GivenValues) -> Iterator[dict[str, Any]]:
    """Give each setting: its value, and by what it was given."""
    profile = given.profile or SettingValue("", "default", "")
    yield setting_row("profile", profile)
    for key in CONFIG_KEYS:
        yield setting_row(key, value_in_force(key, given))


def value_in_force(key: str, given: GivenValues) -> SettingValue:
    """Return the value of a setting, as given or by default; an empty text where there is none."""
    return given.value_of(key) or SettingValue(_default(key), "default", "")


def shown_value(key: str, text: str) -> str | None:
    """Return a value as it may be shown: the ledger's address has no password."""
    return (shown_url(text) if key == "db" else text) or None


def setting_row(key: str, value: SettingValue) -> dict[str, Any]:
    """Return a setting with its value, as it may be shown, and its source."""
    row: dict[str, Any] = {
        "setting": key,
        "value": shown_value(key, value.text),
        "source": value.source,
        "place": value.place or None,
    }
    if key == "db":
        parts = address_parts(value.text)
        row["parts"] = None if parts is None else parts._asdict()
    return row


def _default(key: str) -> str:
    from ledger.core.dates import LONGEST_PAUSE, MOST_UNASKED  # noqa: PLC0415 - as below
    from ledger.rates.rates import RATE_DAYS  # noqa: PLC0415 - for this answer alone
    from ledger.registers.pairs import APPROACH_DAYS  # noqa: PLC0415 - as above

    if key == "db":
        return default_db_url()
    if key == "actor":
        return login_name(system_user())
    return {
        "format": "table",
        "rate_days": str(RATE_DAYS),
        "approach_days": str(APPROACH_DAYS),
        "pause_days": str(LONGEST_PAUSE.days),
        "missed_nights": str(MOST_UNASKED),
        "churn": "0.1",
        "publisher": DEFAULT_PUBLISHER,
        "oc4ids-prefix": DEFAULT_OC4IDS_PREFIX,
    }.get(key, "")
