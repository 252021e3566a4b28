"""`cityfund config`: your configuration, which is a file, variables and profiles."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_codes, complete_settings, offered
from cli.framework.settings import SettingValue, config_path, given_values, variable_of
from cli.framework.terminal import note
from cli.framework.usage_errors import CONFIG_FORMATS

if TYPE_CHECKING:
    from cli.framework.config_edit import Key

app = noun("Your configuration: each setting, where it comes from, and profiles.")


def _complete_value(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Complete the values of a setting that has a list of them."""
    key = str(ctx.params.get("setting", "")).rpartition(".")[2]
    if key == "format":
        return offered([(name, "") for name in CONFIG_FORMATS], incomplete)
    return complete_codes("office")(ctx, incomplete) if key == "office" else []


_KEY = typer.Argument(
    metavar="KEY",
    help="The setting: office, or profile.NAME.office.",
    autocompletion=complete_settings,
)


@command(app, "list", of_offices=False)
def list_(call: Call) -> None:
    """List each setting with the value in force and where it comes from; never a password."""
    from cli.framework.output import emit_rows
    from cli.views.configuration import CONFIG_COLUMNS, SCHEMA, config_rows

    given = given_values(call.flags())
    head = {"schema": SCHEMA, "file": str(given.path), "profiles": sorted(given.profiles)}
    emit_rows([*config_rows(given)], CONFIG_COLUMNS, call.read, head=head)


@command(app, "get", kind="plain")
def get(call: Call, setting: Annotated[str, _KEY]) -> None:
    """Show the value of a setting that is in force, or the one that a profile gives."""
    from cli.framework.config_edit import parse_key
    from cli.framework.output import emit_document, emit_lines
    from cli.views.configuration import SCHEMA, setting_row, value_in_force

    given, named = given_values(call.flags()), parse_key(setting)
    if named.profile is None:
        value = value_in_force(named.name, given)
    else:
        value = SettingValue(
            given.section(named.profile).get(named.name, ""), "profile", named.profile
        )
    row = setting_row(named.name, value)
    if call.format == "json":
        emit_document({"schema": SCHEMA, **row})
    else:
        emit_lines([str(row["value"])] if row["value"] is not None else [])


@command(app, "set", kind="plain")
def set_(
    call: Call,
    setting: Annotated[str, _KEY],
    value: Annotated[
        str,
        typer.Argument(metavar="VALUE", help="Its value.", autocompletion=_complete_value),
    ],
) -> None:
    """Set a value in the config file, or in the profile that is chosen; comments and mode stay.

    An office is one of the ledger, where there is one: cityfund office list.
    """
    from cli.framework.config_edit import change_config, checked_value, known_office, parse_key

    named = parse_key(setting, call.settings.profile)
    checked = checked_value(named.name, value)
    if named.name == "office":
        own = given_values(call.flags()).profiles.get(named.profile or "", {})
        checked = known_office(checked, own.get("db", call.settings.db_url))
    changed = change_config(config_path(), named, checked)
    _emit_change(call, named, checked, changed=changed)


@command(app, "unset", kind="plain")
def unset(call: Call, setting: Annotated[str, _KEY]) -> None:
    """Remove a value from the config file, or from the profile that is chosen."""
    from cli.framework.config_edit import change_config, parse_key

    named = parse_key(setting, call.settings.profile)
    changed = change_config(config_path(), named, None)
    _emit_change(call, named, None, changed=changed)


@command(app, "path", kind="plain")
def path(call: Call) -> None:
    """Show the path of the config file, whether or not there is one."""
    from cli.framework.output import emit_document, emit_lines
    from cli.views.configuration import SCHEMA

    file = config_path()
    if call.format == "json":
        emit_document({"schema": SCHEMA, "file": str(file), "exists": file.exists()})
    else:
        emit_lines([str(file)])


def _emit_change(call: Call, key: Key, value: str | None, *, changed: bool) -> None:
    """Say what was stored, and what is stronger than it."""
    from cli.framework.output import emit_document, emit_lines
    from cli.views.configuration import SCHEMA, shown_value

    shown = None if value is None else shown_value(key.name, value)
    if call.format == "json":
        keys = {
            "key": key.path,
            "setting": key.name,
            "profile": key.profile,
            "value": shown,
            "changed": changed,
        }
        emit_document({"schema": SCHEMA, "file": str(config_path()), **keys})
    else:
        if value is None:
            what = "was removed" if changed else "was not set"
        else:
            what = f"is {shown}" if changed else f"is already {shown}"
        emit_lines([f"{key.path} {what} in {config_path()}"])
    variable = variable_of(key.name)
    if variable is not None and os.environ.get(variable):
        note(call, f"{variable} is set in the environment, and is stronger.")
