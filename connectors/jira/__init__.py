"""Jira Cloud and Data Center, on the `jira` library and raw JSON.

`connector` is what the job holds. It asks a `site` (the library, fenced) through a `dialect` (`cloud` or
`data_center`), reads through `search` (what changed) and `pull` (tickets, complete), and writes through `write`, which
asks `screen` what may be written and keeps a `property` at each issue. What a field is stands in `field`, what it holds
in `value`, what we write into it in `fact`; `history`, `comment`, `people` and `document` are the other parts.
"""

from connectors.jira.connector import Jira

__all__ = ["Jira"]
