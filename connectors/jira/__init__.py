"""Jira Cloud, on the `jira` library and REST v3.

`connector` is what the job holds. It asks a `site` (the library, fenced, and raw JSON), reads through `search` (what
changed) and `pull` (tickets, complete), and writes through `write`. What a field is stands in `field`, what it holds in
`value`, what we write into it in `fact`; `history`, `comment` and `document` are the other parts of a payload.
"""

from connectors.jira.connector import Jira

__all__ = ["Jira"]
