"""Every column of the state is known to name people or not to: a new one fails here until somebody has said it."""

import sqlalchemy as sa

from slabridge.state import personal
from slabridge.state.schema import metadata


def test_of_every_column_it_is_said_whether_it_may_name_people() -> None:
    columns = {f"{name}.{column.name}" for name, table in metadata.tables.items() for column in table.columns}
    naming = {f"{name}.{column}" for name, of in personal.NAMING.items() for column in of}
    nameless = {f"{name}.{column}" for name, of in personal.NAMELESS.items() for column in of.split()}
    assert naming | nameless == columns
    assert naming & nameless == set()


def test_what_holds_bytes_or_free_text_is_looked_through() -> None:
    """Texts without bounds that are said to name nobody are ids and words of the file, each known here by name.

    What was learned goes whole when anybody is forgotten.
    """
    nameless = {f"{name}.{column}" for name, of in personal.NAMELESS.items() for column in of.split()}
    free = {
        f"{name}.{column.name}"
        for name, table in metadata.tables.items()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary) or (isinstance(column.type, sa.Text) and not column.primary_key)
    }
    assert {
        column
        for column in free & nameless
        if column.partition(".")[0] not in ("connection", "provisioned", "foresight")
    } == set()
