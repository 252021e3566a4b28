"""The address of a ledger as people may see it: its parts, and never a password.

Imports no database toolkit: what cannot be parsed is not shown at all.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cli.framework.settings import mask_url

_HIDDEN: Final = "an address that cannot be read"
_MASK: Final = "***"


class AddressParts(NamedTuple):
    """The parts of a database's URL; `has_password` says that it has one."""

    engine: str
    database: str | None = None
    host: str | None = None
    port: int | None = None
    user: str | None = None
    has_password: bool = False


def address_parts(url: str) -> AddressParts | None:
    """Take a database's URL apart; None where it is none, or cannot be read."""
    masked = mask_url(url)  # first: a password may contain what separates the parts
    scheme, separator, rest = masked.partition("://")
    if not separator or not scheme.replace("+", "").replace("-", "").isalnum():
        return None
    engine, has_password = scheme.partition("+")[0], _MASK in masked
    if engine == "sqlite":
        path = rest.removeprefix("/").partition("?")[0]
        return AddressParts(engine, path or None, has_password=has_password)
    from urllib.parse import parse_qs, unquote, urlsplit  # noqa: PLC0415 - where one is shown

    try:
        split = urlsplit(masked)
        query = {key: values[-1] for key, values in parse_qs(split.query).items()}
        port = split.port or int(query.get("port", "0")) or None
        user, host = split.username, split.hostname
    except ValueError:  # a port that is no number: perhaps a password without its host
        return None
    if user and ":" in unquote(user):  # a password whose colon was escaped
        return None
    if host and ":" in host:
        host = f"[{host}]"
    return AddressParts(
        engine,
        unquote(split.path.lstrip("/")) or query.get("dbname"),
        host or query.get("host"),
        port,
        unquote(user) if user else query.get("user"),
        has_password,
    )


def has_password(url: str) -> bool:
    """Say whether a database's URL has a password; one that cannot be read may have."""
    parts = address_parts(url)
    if parts is None:
        return bool(url)
    has_space = any(map(str.isspace, url)) and parts.engine != "sqlite"
    return parts.has_password or has_space


def shown_url(url: str) -> str:
    """Return a database's URL without its password, and without what stands behind a `?`."""
    parts = address_parts(url)
    if parts is None:
        return _HIDDEN
    if parts.engine == "sqlite":
        return f"sqlite:///{parts.database or ''}"
    user = f"{parts.user}@" if parts.user else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.engine}://{user}{parts.host or ''}{port}/{parts.database or ''}"


def address_of(url: str) -> str:
    """Name a ledger by where it lies: its file, or its database and server."""
    parts = address_parts(url)
    if parts is None:
        return _HIDDEN
    if parts.engine == "sqlite":
        return "in memory" if parts.database in {None, ":memory:"} else str(parts.database)
    host = parts.host or "this machine"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.database or parts.user or ''} at {host}{port}".strip()
