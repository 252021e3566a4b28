"""Which provider a file is from, by its name, and how a line names its file."""

from __future__ import annotations

import pytest
from reconciling import line

from ledger.statements.senders import file_text, is_from_sender, providers_of

SENDERS = (("BANK", "bank-*.csv"), ("BANK", "bank/*"), ("FIRM", "*.csv"))


@pytest.mark.parametrize(
    ("name", "providers"),
    [
        ("bank-10.csv", {"BANK", "FIRM"}),
        ("Bank-10.CSV", {"BANK", "FIRM"}),
        ("firm.csv", {"FIRM"}),
        ("firm.txt", set()),
        ("bank/firm.csv", {"BANK"}),
        ("firm/bank-10.csv", set()),
        ("bank/old/10.csv", set()),
    ],
)
def test_a_file_is_from_the_providers_whose_pattern_its_name_fits(name, providers):
    assert providers_of(name, SENDERS) == providers


@pytest.mark.parametrize(
    ("file", "is_sent"), [("bank-10.csv", True), ("other.txt", False), ("firm.csv", False)]
)
def test_a_line_is_from_its_sender_if_its_file_is(file, is_sent):
    assert is_from_sender(line(1, 400, file=file), SENDERS) is is_sent


def test_a_line_of_no_file_is_from_no_sender():
    assert is_from_sender(line(1, 400), SENDERS) is False
    assert is_from_sender(line(1, 400), (("BANK", "*"),)) is False


def test_a_line_names_its_file_with_the_digest():
    assert file_text(line(1, 400)) == ""
    told = line(1, 400, file="bank-10.csv", digest="ab12")
    assert file_text(told) == "; file bank-10.csv, SHA-256 ab12"


def test_a_line_is_the_same_in_whatever_file_it_comes():
    assert line(1, 400, file="a.csv", digest="1") == line(1, 400, file="b.csv", digest="2")
    assert line(1, 400, file="a.csv") != line(1, 401, file="a.csv")
