"""The officer of these tests, with a small member city, provider and project at hand."""

from __future__ import annotations

from beginnings import beginning
from fund_ledger import furnish

fund_once, ledger_url, fund = beginning("fund", furnish)
