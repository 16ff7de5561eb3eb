"""Jira Cloud and Data Center, on the `jira` library and raw JSON.

`connector` is what the job holds. It asks a `client` (the library, fenced) through a `dialect` (`cloud` or
`data_center`), reads through `pull`, and writes through `write`. What a field is stands in `field`, what it holds in
`value`; a `property` at each issue remembers what we wrote.
"""
