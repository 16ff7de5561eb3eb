"""Links between tickets, and the keys that tickets had earlier; links are found in what is there by the next run."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns."""
    op.create_table(
        "former_key",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False, comment="by which people called it earlier"),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "key"),
    )
    op.create_table(
        "link",
        sa.Column("connection", sa.String(), nullable=False, comment="of the ticket that states it"),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("other_connection", sa.String(), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False, comment="key or id"),
        sa.Column("reference", sa.String(), nullable=False, comment="the key or id that stands in the ticket"),
        sa.Column("other", sa.String(), nullable=True, comment="the id of the linked ticket, where it was found"),
        sa.Column("follow", sa.Integer(), nullable=False, comment="0 no, 1 for the chain alone, 2 as any other"),
        sa.Column("missing_since", sa.BigInteger(), nullable=True, comment="by the other tool's clock"),
        sa.PrimaryKeyConstraint("connection", "ticket", "other_connection", "named_by", "reference"),
    )
    op.create_index("link_other", "link", ["other_connection", "other"])
    comment = "taken up by no filter, but linked: judged for the chain alone"
    flag: sa.Column[bool] = sa.Column(
        "only_linked", sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment
    )
    op.add_column("ticket", flag)
    changed_in: sa.Column[int] = sa.Column("changed_in", sa.Integer(), nullable=False, server_default="-1")
    changed_in.comment = "the run that last saw it change"
    op.add_column("ticket", changed_in)
    accepted_by: sa.Column[str] = sa.Column("accepted_by", sa.String(), nullable=True)
    accepted_by.comment = "what tickets here were judged by when all was last written"
    op.add_column("connection", accepted_by)
    held_since: sa.Column[int] = sa.Column("held_since", sa.BigInteger(), nullable=True)
    held_since.comment = "since when nothing is written, as the guard says"
    op.add_column("connection", held_since)
    op.add_column(
        "connection", sa.Column("linked_by", sa.String(), nullable=True, comment="identity of the rules for links")
    )
