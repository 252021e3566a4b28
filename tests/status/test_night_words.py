"""The last night is told in words, and every figure of a step is in them or left out on purpose."""

from __future__ import annotations

import pytest

from cli.views.night import office_text, step_text

TOLD = [
    ("lapse", {"holds_lapsed": 0, "offers_lapsed": 0}, "nothing lapsed"),
    ("lapse", {"holds_lapsed": 2, "offers_lapsed": 1}, "2 holds and 1 offer lapsed"),
    (
        "lapse",
        {"holds_lapsed": 1, "days_ahead": 7, "holds_lapsing": 3, "offers_lapsing": 1},
        "1 hold lapsed; 3 holds and 1 offer will within 7 days: cityfund status",
    ),
    (
        "lapse",
        {"left_alone": 1},
        "nothing lapsed; 1 skipped: an officer acted in the meantime",
    ),
    ("restrictions", {"restrictions": 0, "barred_hold": 0}, "none in force"),
    ("restrictions", {"restrictions": 2, "barred_hold": 0}, "2 in force; nothing is caught"),
    (
        "restrictions",
        {"restrictions": 1, "barred_hold": 2, "barred_commitment": 1, "barred_delivery": 1,
         "exemption_ends": 1, "review_due": 1},
        ("1 in force; 2 barred holds, 1 barred commitment, 1 barred delivery, "
        "1 exemption ends soon, 1 review due"),
    ),
    ("due", {"overdue": 0, "due_soon": 0}, "nothing overdue"),
    (
        "due",
        {"overdue": 2, "due_soon": 1, "days_ahead": 7},
        "2 deals overdue; 1 delivery due within 7 days: cityfund status",
    ),
    ("statements", {"lines": 0}, "no statements yet"),
    ("statements", {"lines": 1, "confirmed": 1}, "all 1 line agrees with the ledger"),
    (
        "statements",
        {"files_read": 2, "files_bad": 1, "lines": 1200, "confirmed": 1198, "opened": 2,
         "healed": 1, "open": 3, "deliveries_posted": 1},
        ("2 new files read; 1 file could not be read; 1,198 of 1,200 lines agree with the ledger; "
        "1 delivery posted; 3 findings open (2 new, 1 auto-resolved)"),
    ),
    ("gaps", {"needs": 40, "changed": 0}, "all 40 needs unchanged"),
    ("gaps", {"needs": 40, "changed": 2},
     "2 of 40 needs changed since the night before"),
    ("propose", {"proposal": "", "lines": 0}, "no introductions possible"),
    (
        "propose",
        {"proposal": "MAT-0007", "lines": 12, "projects_completed": 1, "weight": "4", "bound": "5",
         "limited": 1, "requests": 9},
        ("12 introductions would make 1 project complete; search limit reached: "
         "a better proposal may exist: "
         "cityfund match show MAT-0007"),
    ),
    ("check", {"checks": 20, "broken": 0}, "all 20 checks passed"),
    ("check", {"checks": 20, "broken": 1}, "1 of 20 checks failed: cityfund check"),
    ("seal", {"seal": 0, "entries": 0, "new": 0}, "nothing to seal yet"),
    ("seal", {"seal": 3, "entries": 1234, "new": 0, "root": "ab"},
     "nothing new to seal, 1,234 in all"),
    ("seal", {"seal": 3, "entries": 1234, "new": 34, "root": "ab"},
     "34 new records sealed, 1,234 in all"),
    ("lapse", {}, "not completed; see the findings"),
    ("report", {"steps": 6}, None),
]  # fmt: skip


@pytest.mark.parametrize(("step", "figures", "said"), TOLD)
def test_a_step_is_told_in_words(step, figures, said):
    assert step_text(step, figures) == said


def test_an_office_reads_what_concerns_it_first():
    figures = {"holds_lapsed": 1, "lines_proposed": 2, "projects_completed": 1, "findings": 2,
               "statement_findings": 2, "holds_lapsing": 1}  # fmt: skip

    assert office_text(figures) == (
        "2 findings, 1 hold lapsed, 1 hold lapses soon, 2 introductions proposed, "
        "1 project would become complete"
    )
    assert office_text({}) == "nothing"
