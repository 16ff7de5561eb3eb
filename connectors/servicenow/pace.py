"""How many rows to ask for at once: fewer where an instance cancels what takes too long, then slowly more again."""

_SLOWLY = 8


class Pace:
    """Rows per page, by table. What several threads do to it at once may be lost, and does no harm."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}

    def of(self, table: str, wanted: int) -> int:
        """Return how many rows to ask for where `wanted` would be fine."""
        return min(wanted, self._rows.get(table, wanted))

    def halve(self, table: str, rows: int) -> None:
        """Note that so many rows were too many."""
        self._rows[table] = max(1, rows // 2)

    def grow(self, table: str, rows: int) -> None:
        """Note that so many rows were fine."""
        if table in self._rows:
            self._rows[table] = rows + max(1, rows // _SLOWLY)
