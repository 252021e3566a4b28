"""The first schema: registers, journal, balances."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite's own row number has to be declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "allowed_move",
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("from_stage", sa.String(length=32), nullable=False),
        sa.Column("to_stage", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("act", "side", "from_stage", "to_stage", name="pk_allowed_move"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "instrument",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("iati_finance_type", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_instrument"),
    )
    op.create_table(
        "project_status",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_project_status"),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["region.code"], name="fk_region_parent"),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
    )
    op.create_table(
        "request",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("command", sa.String(length=80), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column(sa.quoted_name("system_user", quote=True), sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("database_user", sa.String(length=200), nullable=True),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
        sa.UniqueConstraint("key", name="uq_request_key"),
    )
    op.create_table(
        "sector",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("dac", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_sector"),
    )
    op.create_table(
        "city",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_city_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_city"),
        sa.UniqueConstraint("code", name="uq_city_code"),
        sa.UniqueConstraint("folded", name="uq_city_folded"),
    )
    op.create_index("ix_city_number", "city", ["number"], unique=False)
    op.create_table(
        "country",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("alpha3", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("subregion_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name="fk_country_region"),
        sa.PrimaryKeyConstraint("code", name="pk_country"),
    )
    op.create_table(
        "office",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_office_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_office"),
        sa.UniqueConstraint("code", name="uq_office_code"),
        sa.UniqueConstraint("folded", name="uq_office_folded"),
    )
    op.create_index("ix_office_number", "office", ["number"], unique=False)
    op.create_table(
        "provider",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_provider_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_provider"),
        sa.UniqueConstraint("code", name="uq_provider_code"),
        sa.UniqueConstraint("folded", name="uq_provider_folded"),
    )
    op.create_index("ix_provider_number", "provider", ["number"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("request_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_receipt_request_id"),
        sa.PrimaryKeyConstraint("request_id", name="pk_receipt"),
    )
    op.create_table(
        "setting_version",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name="fk_setting_version_request_id"
        ),
        sa.PrimaryKeyConstraint("name", "version", name="pk_setting_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('money', 'work')", name=op.f("ck_unit_kind")),
        sa.CheckConstraint("decimals BETWEEN 0 AND 6", name=op.f("ck_unit_decimals")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_unit_request_id"),
        sa.PrimaryKeyConstraint("code", name="pk_unit"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "city_version",
        sa.Column("city_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_local", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=64), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("member_since", sa.String(length=10), nullable=True),
        sa.Column("population", sa.BigInteger(), nullable=True),
        sa.Column("geonames_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name="fk_city_version_city_id"),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name="fk_city_version_country"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_city_version_office_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_city_version_request_id"),
        sa.PrimaryKeyConstraint("city_id", "version", name="pk_city_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holder",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("side IN ('need', 'offer')", name=op.f("ck_holder_side")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_holder_request_id"),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name="fk_holder_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_holder"),
        sa.UniqueConstraint("id", "unit", name="uq_holder_id_unit"),
    )
    op.create_table(
        "office_version",
        sa.Column("office_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_office_version_office_id"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name="fk_office_version_request_id"
        ),
        sa.PrimaryKeyConstraint("office_id", "version", name="pk_office_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "project",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("city_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name="fk_project_city_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_project_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
        sa.UniqueConstraint("code", name="uq_project_code"),
        sa.UniqueConstraint("folded", name="uq_project_folded"),
    )
    op.create_index("ix_project_number", "project", ["number"], unique=False)
    op.create_table(
        "provider_version",
        sa.Column("provider_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=64), nullable=True),
        sa.Column("city_id", sa.BigInteger(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name="fk_provider_version_city_id"),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name="fk_provider_version_country"),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name="fk_provider_version_provider_id"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name="fk_provider_version_request_id"
        ),
        sa.PrimaryKeyConstraint("provider_id", "version", name="pk_provider_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rate",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("quote", sa.String(length=64), nullable=False),
        sa.Column("rate", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("CAST(rate AS NUMERIC) > 0", name=op.f("ck_rate_rate")),
        sa.ForeignKeyConstraint(["base"], ["unit.code"], name="fk_rate_base"),
        sa.ForeignKeyConstraint(["quote"], ["unit.code"], name="fk_rate_quote"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_rate_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rate"),
    )
    op.create_index("ix_rate_lookup", "rate", ["base", "quote", "day", "id"], unique=False)
    op.create_table(
        "balance",
        sa.Column("holder_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("free BETWEEN 0 AND 100000000000000000", name=op.f("ck_balance_free")),
        sa.CheckConstraint("held BETWEEN 0 AND 100000000000000000", name=op.f("ck_balance_held")),
        sa.CheckConstraint(
            "committed BETWEEN 0 AND 100000000000000000", name=op.f("ck_balance_committed")
        ),
        sa.CheckConstraint(
            "delivered BETWEEN 0 AND 100000000000000000", name=op.f("ck_balance_delivered")
        ),
        sa.CheckConstraint(
            "withdrawn BETWEEN 0 AND 100000000000000000", name=op.f("ck_balance_withdrawn")
        ),
        sa.CheckConstraint(
            "expired BETWEEN 0 AND 100000000000000000", name=op.f("ck_balance_expired")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name="fk_balance_holder_id"),
        sa.PrimaryKeyConstraint("holder_id", name="pk_balance"),
    )
    op.create_table(
        "need",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("factor", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id", "unit"], ["holder.id", "holder.unit"], name="fk_need_id_unit"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_need_project_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_need_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_need"),
        sa.UniqueConstraint("code", name="uq_need_code"),
        sa.UniqueConstraint("folded", name="uq_need_folded"),
    )
    op.create_index("ix_need_number", "need", ["number"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("factor", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id", "unit"], ["holder.id", "holder.unit"], name="fk_offer_id_unit"
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_offer_provider_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_offer_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
        sa.UniqueConstraint("code", name="uq_offer_code"),
        sa.UniqueConstraint("folded", name="uq_offer_folded"),
    )
    op.create_index("ix_offer_number", "offer", ["number"], unique=False)
    op.create_table(
        "project_version",
        sa.Column("project_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sector", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_project_version_weight")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_project_version_project_id"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name="fk_project_version_request_id"
        ),
        sa.ForeignKeyConstraint(["sector"], ["sector.code"], name="fk_project_version_sector"),
        sa.ForeignKeyConstraint(
            ["status"], ["project_status.code"], name="fk_project_version_status"
        ),
        sa.PrimaryKeyConstraint("project_id", "version", name="pk_project_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deal",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.String(length=64), nullable=False),
        sa.Column("rate_road", sa.String(length=16), nullable=True),
        sa.Column("rate_day", sa.Date(), nullable=True),
        sa.Column("instrument", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name="fk_deal_need_id"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_deal_offer_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_deal_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deal"),
        sa.UniqueConstraint("code", name="uq_deal_code"),
        sa.UniqueConstraint("folded", name="uq_deal_folded"),
    )
    op.create_index("ix_deal_number", "deal", ["number"], unique=False)
    op.create_index("ix_deal_need_id", "deal", ["need_id"], unique=False)
    op.create_index("ix_deal_offer_id", "deal", ["offer_id"], unique=False)
    op.create_table(
        "need_version",
        sa.Column("need_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("divisible", sa.Boolean(), nullable=False),
        sa.Column("instruments", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name="fk_need_version_need_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_need_version_request_id"),
        sa.PrimaryKeyConstraint("need_id", "version", name="pk_need_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "offer_version",
        sa.Column("offer_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("countries", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("cities", sa.Text(), nullable=False),
        sa.Column("excluded_countries", sa.Text(), nullable=False),
        sa.Column("instruments", sa.Text(), nullable=False),
        sa.Column("min_ticket", sa.BigInteger(), nullable=True),
        sa.Column("max_ticket", sa.BigInteger(), nullable=True),
        sa.Column("max_share", sa.String(length=64), nullable=True),
        sa.Column("condition", sa.String(length=20), nullable=True),
        sa.Column("rate", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_offer_version_offer_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_offer_version_request_id"),
        sa.PrimaryKeyConstraint("offer_id", "version", name="pk_offer_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deal_balance",
        sa.Column("deal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "held BETWEEN 0 AND 100000000000000000", name=op.f("ck_deal_balance_held")
        ),
        sa.CheckConstraint(
            "committed BETWEEN 0 AND 100000000000000000", name=op.f("ck_deal_balance_committed")
        ),
        sa.CheckConstraint(
            "delivered BETWEEN 0 AND 100000000000000000", name=op.f("ck_deal_balance_delivered")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_deal_balance_deal_id"),
        sa.PrimaryKeyConstraint("deal_id", "side", name="pk_deal_balance"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deal_version",
        sa.Column("deal_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_deal_version_deal_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_deal_version_request_id"),
        sa.PrimaryKeyConstraint("deal_id", "version", name="pk_deal_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("override", sa.Text(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.SmallInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "(act = 'reverse') = (reverses IS NOT NULL)", name=op.f("ck_entry_reverses")
        ),
        sa.CheckConstraint("lines > 0", name=op.f("ck_entry_lines")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_entry_deal_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_entry_request_id"),
        sa.ForeignKeyConstraint(["reverses"], ["entry.id"], name="fk_entry_reverses"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("reverses", name="uq_entry_reverses"),
    )
    op.create_index(
        "ix_entry_deal_id_effective_on", "entry", ["deal_id", "effective_on"], unique=False
    )
    op.create_index("ix_entry_request_id", "entry", ["request_id"], unique=False)
    op.create_table(
        "movement",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("from_stage", sa.String(length=32), nullable=False),
        sa.Column("to_stage", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount BETWEEN 1 AND 100000000000000000", name=op.f("ck_movement_amount")
        ),
        sa.CheckConstraint("from_stage <> to_stage", name=op.f("ck_movement_stages")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_movement_deal_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_movement_entry_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name="fk_movement_holder_id"),
        sa.PrimaryKeyConstraint("entry_id", "line", name="pk_movement"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_movement_deal_id", "movement", ["deal_id"], unique=False)
    op.create_index(
        "ix_movement_timeline",
        "movement",
        ["holder_id", "effective_on", "recorded_at", "from_stage", "to_stage", "amount"],
        unique=False,
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
