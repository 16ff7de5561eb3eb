import re
from pathlib import Path

import connectors.http
from connectors.http.rules import PLAIN, Limited

TOOLS = re.compile(r"jira|service.?now|atlassian|pysnow|\bsn-|sysparm|sys_id", re.IGNORECASE)


def test_no_tools_name_stands_where_http_is_spoken() -> None:
    files = [*Path(connectors.http.__path__[0]).glob("*.py")]
    assert [file.name for file in files if TOOLS.search(file.read_text("utf-8"))] == []
    assert len(files) > 5


def test_without_rules_of_a_tool_the_standards_count() -> None:
    assert PLAIN.limited({"X-RateLimit-Reset": "2000000000"}) == Limited()
    assert not PLAIN.cancelled("Transaction cancelled")
    assert PLAIN.message({"error": "invalid_grant", "error_description": "used up"}) == "invalid_grant: used up"
    assert PLAIN.message(["odd"]) == ""
