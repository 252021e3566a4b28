"""The status names what waits for one's approval, and what was given to oneself."""

from __future__ import annotations

import pytest
from people import Person
from refusals import refusal

pytestmark = pytest.mark.every_engine


def test_each_person_sees_what_is_theirs_to_do(sara: Person, lea: Person) -> None:
    assert "approv" not in sara.says("status")
    sara.says("approval rule add commit")
    refusal(sara, 'deal commit D-0001 "2M EUR"')
    assert lea.asks("status")["approvals_waiting"][0]["approval"] == "APR-0001"
    assert "APR-0001 waits for your answer" in lea.says("status")
    assert sara.asks("status")["approvals_waiting"] == []
    lea.says("approval give APR-0001")
    assert lea.asks("status")["approvals_waiting"] == []
    assert "repeat `deal commit` with --key APR-0001" in sara.says("status")
    sara.says('deal commit D-0001 "2M EUR" --key APR-0001')
    assert "approv" not in sara.says("status")
    log = sara.asks("log")["rows"]
    assert {"approval ask", "approval give", "approval rule add"} <= {one["command"] for one in log}
