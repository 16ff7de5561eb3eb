"""JQL: the administrator's filter, checked, and the one query that we ask."""

import re

from connectors.errors import Refused

MINUTE = 60_000


def checked(text: str) -> str:
    """Return a filter that can stand in parentheses: quotes closed, parentheses in pairs, no order of its own.

    Raises:
        Refused: it cannot.
    """
    bare, depth, quote, escaped = "", 0, "", False
    for letter in text.strip():
        if quote:
            quote = "" if letter == quote and not escaped else quote
            escaped = letter == "\\" and not escaped
            continue
        if letter in "\"'":
            quote, escaped = letter, False
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            break
        bare += letter
    if quote:
        raise Refused(f"filter: a quote ({quote}) is not closed in {text!r}")
    if depth:
        raise Refused(f"filter: the parentheses of {text!r} are not in pairs")
    if re.search(r"\border\s+by\b", bare, re.IGNORECASE):
        raise Refused(f"filter: remove ORDER BY from {text!r}: tickets are read by the time of their last change")
    return text.strip()


def changed_since(instant: int, restriction: str = "") -> str:
    """Return the query for what changed since an instant (ms UTC), least recently changed first.

    Quoted dates are read in the searching account's time zone; an unquoted number is epoch milliseconds, of which Jira
    may look at minutes only. There is no upper bound: it could only hide issues.
    https://confluence.atlassian.com/jiracoreserver073/advanced-searching-fields-reference-861257219.html
    """
    since = f"updated >= {max(0, instant - instant % MINUTE)}"
    where = f"({restriction}) AND {since}" if restriction else since
    return f"{where} ORDER BY updated ASC, key ASC"
