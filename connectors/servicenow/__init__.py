"""ServiceNow by its Table API, on pysnow.

`connector` is what the job holds. `table` reads a page and writes a record through the library, fenced, or through the
`batch` API; `records` reads all that is asked for by a `selection`. `catalogue` knows the fields, `pull` makes tickets
of records, and `write` writes.
"""
