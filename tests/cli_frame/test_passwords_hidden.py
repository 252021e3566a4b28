"""A password in a database URL is never shown."""

from __future__ import annotations

import pytest

from cli.framework.settings import mask_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://anna:secret@db/x", "postgresql://anna:***@db/x"),
        ("postgresql+psycopg://anna:se@cr:et@db:5432/x", "postgresql+psycopg://anna:***@db:5432/x"),
        ("postgresql://:secret@db/x", "postgresql://:***@db/x"),
        ("postgresql://db/x?password=secret&a=1", "postgresql://db/x?password=***&a=1"),
        ("postgresql://db/x?sslpassword=secret", "postgresql://db/x?sslpassword=***"),
        ("cannot open 'postgresql://a:b@c/d'.", "cannot open 'postgresql://a:***@c/d'."),
        ("sqlite:////home/anna/x.db", "sqlite:////home/anna/x.db"),
        ("postgresql://anna@db:5432/x", "postgresql://anna@db:5432/x"),
    ],
)
def test_only_the_password_is_hidden(url: str, shown: str) -> None:
    assert mask_url(url) == shown
