"""The tables. Instants are milliseconds UTC: of the ticket tool's clock, but for runs and leases, which use ours."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    false,
    text,
)

from slabridge.state.text import String, Text

metadata = MetaData()

connection = Table(
    "connection",
    metadata,
    Column("name", String, primary_key=True),
    Column("changed", Text, comment="cursor of changed tickets, JSON"),
    Column("touched", Text, comment="cursor of ids outside the filter, JSON"),
    Column("fields", Text, comment="native fields that the tickets here were read with, JSON"),
    Column("judged_by", String, comment="identity of the definitions and mappings last evaluated with"),
    Column("as_of", BigInteger, comment="the tool's clock at the last complete pull"),
    Column("census_at", BigInteger, comment="the tool's clock at the last census of open tickets"),
    Column("gaps", Text, comment="native field or comments -> why it has no history, as last reported, JSON"),
    Column("posts_from", BigInteger, comment="transitions before it are not posted: the as_of of the first run"),
    Column("linked_by", String, comment="identity of the rules for links"),
    Column("accepted_by", String, comment="what tickets here were judged by when all was last written"),
    Column("held_since", BigInteger, comment="since when nothing is written, as the guard says"),
    Column("reverted", Integer, comment="run that was taken back: what it judged by is held back until accepted"),
    Column("reverted_by", String, comment="identity of what that run judged by"),
    Column("pseudonyms", Text, comment="native fields whose people are hashed, and by which key, JSON; none: names"),
)

ticket = Table(
    "ticket",
    metadata,
    Column("connection", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False, comment="the native ticket, JSON, compressed where it is long"),
    Column("digest", String, nullable=False, comment="of the payload"),
    Column("pulled_in", Integer, nullable=False, comment="the run that last read it"),
    Column("read_at", BigInteger, comment="the tool's clock when that run began"),
    Column("pending", Boolean, nullable=False, comment="changed since it was last evaluated"),
    Column("is_open", Boolean, nullable=False, default=False, comment="has a cycle that runs or is paused"),
    Column("wake_at", BigInteger, comment="when time alone changes what is written or posted"),
    Column("last_written", Text, nullable=False, default="{}", comment="native field -> value we last wrote, JSON"),
    Column("as_of", BigInteger, comment="of the last evaluation"),
    Column("gone", Boolean, nullable=False, default=False, comment="the tool has it no more, or hides it"),
    Column(
        "only_linked",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="taken up by no filter, but linked: judged for the chain alone",
    ),
    Column("changed_in", Integer, nullable=False, server_default="-1", comment="the run that last saw it change"),
    Column("quiet_since", BigInteger, comment="since when nothing has happened to it, where no cycle is open"),
    Column("judged_in", Integer, comment="the run that last evaluated it"),
    Column("timeline", String, comment="the address of its page that the link on it leads to, where we made one"),
    # Each holds only the tickets that it is asked for: a run's work grows with them, not with all that is known.
    Index(
        "ticket_wake",
        *("connection", "wake_at", "id"),
        sqlite_where=text("wake_at IS NOT NULL"),
        postgresql_where=text("wake_at IS NOT NULL"),
    ),
    Index("ticket_pending", "connection", "id", sqlite_where=text("pending = 1"), postgresql_where=text("pending")),
    Index(
        "ticket_quiet",
        *("connection", "quiet_since", "id"),
        sqlite_where=text("quiet_since IS NOT NULL"),
        postgresql_where=text("quiet_since IS NOT NULL"),
    ),
    Index("ticket_open", "connection", "id", sqlite_where=text("is_open = 1"), postgresql_where=text("is_open")),
    Index("ticket_gone", "connection", "id", sqlite_where=text("gone = 1"), postgresql_where=text("gone")),
)

result = Table(
    "result",
    metadata,
    Column("connection", String, primary_key=True),
    Column("ticket", String, primary_key=True, comment="its id"),
    Column("agreement", String, primary_key=True, comment="its id"),
    Column("objective", String, primary_key=True),
    Column("cycle", Integer, primary_key=True, comment="from 1"),
    Column("place", Integer, nullable=False, comment="in the order of the file"),
    Column("toml_table", String, nullable=False, comment="the agreement's table in the file: its version"),
    Column("kind", String, nullable=False, comment="sla, ola or uc"),
    Column("stage", String, nullable=False, comment="running, paused, completed or cancelled"),
    Column("status", String, nullable=False, comment="on_track, at_risk, paused, breached, met or cancelled"),
    Column("breached", Boolean, nullable=False),
    Column("excluded", Boolean, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("stopped_at", BigInteger, comment="none while it is open"),
    Column("due_at", BigInteger),
    Column("due_if_resumed", BigInteger),
    Column("breached_at", BigInteger),
    Column("next_change_at", BigInteger, comment="when time alone changes its status"),
    Column("target_ms", BigInteger, nullable=False, comment="working time, as all that follow"),
    Column("elapsed_ms", BigInteger, nullable=False),
    Column("remaining_ms", BigInteger, nullable=False, comment="negative after the breach"),
    Column("paused_ms", BigInteger, nullable=False),
    Column("holder", String, comment="at the deciding row"),
    Column("breach_holder", String, comment="who held the ticket at the breach"),
    Column("calendar", String, nullable=False),
    Column("definition", String, nullable=False, comment="identity of what it was judged by"),
    Column("since", BigInteger, comment="when it came to be at risk or breached"),
    Column("deadline", BigInteger, comment="what a target 'by' came to"),
    Column("priority", String, comment="at the deciding row, as all that follow"),
    Column("team", String),
    Column("service", String),
    Column("customer", String),
    Column("type", String),
    Column("dimensions", Text, comment="all other mapped fields, and lists of these, JSON"),
    # Whoever looks at the open ones looks at them all: by when they are due, and by who has them. In a PostgreSQL it
    # ends with `stopped_at`: its indexes hold no text of any length.
    Index(
        "result_open",
        *("due_at", "connection", "ticket", "agreement", "objective", "cycle", "stopped_at"),
        *("status", "kind", "excluded", "team", "holder", "breach_holder", "priority", "customer"),
        sqlite_where=text("stopped_at IS NULL"),
        postgresql_where=text("stopped_at IS NULL"),
    ),
)

report = Table(
    "report",
    metadata,
    Column("period", String, primary_key=True, comment="2026-03"),
    Column("about", String, primary_key=True, comment="of which services and customer, by which fields"),
    Column("number", Integer, primary_key=True, comment="1 as first issued, then restated"),
    Column("issued_at", BigInteger, nullable=False, comment="by this machine's clock"),
    Column("as_of", BigInteger, nullable=False),
    Column("digest", String, nullable=False, comment="of the document"),
    Column("definitions", LargeBinary, nullable=False, comment="that it was worked out by, compressed JSON"),
    Column("document", LargeBinary, nullable=False, comment="compressed JSON"),
    Column("redacted_at", BigInteger, comment="when somebody was last forgotten in it; the digest is as issued"),
    Index("report_head", "period", "about", "number", "issued_at", "as_of", "digest", "redacted_at"),
)

figure = Table(
    "figure",
    metadata,
    Column("period", String, primary_key=True, comment="as all keys that follow, of an issued report"),
    Column("about", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("subject", String, primary_key=True, comment="agreement's id, or service"),
    Column("objective", String, primary_key=True, comment="empty for availability"),
    Column("measure", String, primary_key=True, comment="compliance or availability"),
    Column("dimension", String, primary_key=True, comment="by which field, empty: all"),
    Column("value", String, primary_key=True),
    Column("numerator", BigInteger, nullable=False, comment="met; or ms of service time that it was up"),
    Column("denominator", BigInteger, nullable=False, comment="cases; or ms of service time"),
    Column("percent", String, comment="cut"),
    Column("target", String),
    Column("kept", Boolean, comment="none: no verdict"),
)

credit = Table(
    "credit",
    metadata,
    Column("period", String, primary_key=True),
    Column("about", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("service", String, primary_key=True),
    Column("bill", String, primary_key=True, comment="the period in which it is due"),
    Column("place", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("ticket", String, comment="its key"),
    Column("amount", String, nullable=False, comment="decimal"),
    Column("currency", String, nullable=False),
    Column("points", String, nullable=False),
)

share = Table(
    "share",
    metadata,
    Column("period", String, primary_key=True),
    Column("about", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("agreement", String, primary_key=True),
    Column("holder", String, primary_key=True, comment="empty: nobody"),
    Column("cover", String, primary_key=True, comment="the promise beneath, empty: none"),
    Column("counted_ms", BigInteger, nullable=False),
    Column("covered_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger, nullable=False),
    Column("paused_ms", BigInteger, nullable=False),
    Column("uncovered_ms", BigInteger, nullable=False),
)

outage = Table(
    "outage",
    metadata,
    Column("period", String, primary_key=True),
    Column("about", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("service", String, primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("ended_at", BigInteger, nullable=False),
)

former_key = Table(
    "former_key",
    metadata,
    Column("connection", String, primary_key=True),
    Column("key", String, primary_key=True, comment="by which people called it earlier"),
    Column("ticket", String, nullable=False),
)

link = Table(
    "link",
    metadata,
    Column("connection", String, primary_key=True, comment="of the ticket that states it"),
    Column("ticket", String, primary_key=True),
    Column("other_connection", String, primary_key=True),
    Column("named_by", String, primary_key=True, comment="key or id"),
    Column("reference", String, primary_key=True, comment="the key or id that stands in the ticket"),
    Column("other", String, comment="the id of the linked ticket, where it was found"),
    Column("follow", Integer, nullable=False, comment="0 no, 1 for the chain alone, 2 as any other"),
    Column("missing_since", BigInteger, comment="by the other tool's clock"),
    Index("link_other", "other_connection", "other"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("connection", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("marker", String, primary_key=True, comment="agreement, objective, cycle and status: posted once ever"),
    Column("key", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("state", String, nullable=False, comment="sending, posted, refused, lost or held"),
    Column("reason", Text, nullable=False, default=""),
    Column("sent_at", BigInteger, nullable=False, comment="by the tool's clock"),
    Column("not_before", BigInteger, comment="when one that is held is planned anew"),
    Column("held_at", BigInteger, comment="since when it had to wait"),
    Column("run", Integer, comment="that last sent it"),
    Index("outbox_state", "connection", "state"),
)

seen_value = Table(
    "seen_value",
    metadata,
    Column("connection", String, primary_key=True),
    Column("field", String, primary_key=True, comment="native"),
    Column("code", String, primary_key=True),
    Column("name", String, primary_key=True, comment="as people saw it"),
    Column("tickets", Integer, nullable=False, comment="that hold it or ever held it"),
)

provisioned = Table(
    "provisioned",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True, comment="what it is in the tool: field, screen, column, rule"),
    Column("id", String, primary_key=True, comment="how it is known there"),
    Column("field", String, nullable=False, comment="for which field of the configuration"),
    Column("text", Text, nullable=False, comment="what it is to people"),
    Column("detail", Text, nullable=False, comment="what it takes to take it back, JSON"),
    Column("made_at", BigInteger, nullable=False, comment="by this machine's clock"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("connection", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("digest", String, comment="of the payload that was quarantined, where there was one"),
    Column("asked", Boolean, nullable=False, server_default=false(), comment="to be tried again by the next run"),
)

configuration = Table(
    "configuration",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("run", Integer, nullable=False, comment="that first went by it"),
    Column("seen_at", BigInteger, nullable=False, comment="when that run began, by this machine's clock"),
    Column("files", Text, nullable=False, comment="where it stands, whose they are and since when, JSON"),
    Column("document", LargeBinary, nullable=False, comment="what it says, compressed JSON"),
)

configuration_effect = Table(
    "configuration_effect",
    metadata,
    Column("configuration", Integer, primary_key=True, comment="its number"),
    Column("connection", String, primary_key=True),
    Column("judged", Integer, nullable=False, comment="tickets judged anew"),
    Column("moved", Integer, nullable=False, comment="tickets that came out otherwise"),
    Column("results", Integer, nullable=False, comment="cycles that came out otherwise"),
    Column("writes", Integer, nullable=False, comment="fields of one ticket, or one comment, each"),
    Column("held", Integer, nullable=False, comment="tickets that the guard held back at first"),
    Column("is_over", Boolean, nullable=False, comment="all was written, or another came after it"),
)

replaced = Table(
    "replaced",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("connection", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("field", String, primary_key=True, comment="native"),
    Column("key", String, nullable=False),
    Column("before", Text, comment="what stood there, as the tool had it"),
    Column("after", Text, comment="what that run wrote"),
    Column("at", BigInteger, nullable=False, comment="the tool's clock when that run began"),
    Column("ours", Boolean, nullable=False, comment="whether we had written what stood there"),
    sqlite_with_rowid=False,
)

notification = Table(
    "notification",
    metadata,
    Column("receiver", String, primary_key=True, comment="by its name in the file"),
    Column("connection", String, primary_key=True, comment="empty: of no ticket"),
    Column("ticket", String, primary_key=True, comment="its id"),
    Column("agreement", String, primary_key=True, comment="its id, or a service"),
    Column("objective", String, primary_key=True),
    Column("cycle", Integer, primary_key=True),
    Column("step", String, primary_key=True, comment="of a ladder: sent once ever"),
    Column("key", String, nullable=False),
    Column("state", String, nullable=False, comment="waiting, sending, sent, unclear, dropped, counted or told"),
    Column("urgent", Boolean, nullable=False, comment="waits for no digest"),
    Column("noted_at", BigInteger, nullable=False, comment="by the tool's clock, as all that follow"),
    Column("not_before", BigInteger, comment="when it is looked at next"),
    Column("tried_at", BigInteger, comment="when it was first tried"),
    Column("sent_at", BigInteger, comment="when it was last tried"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("body", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Index("notification_state", "state", "receiver"),
)

foresight = Table(
    "foresight",
    metadata,
    Column("as_of", BigInteger, primary_key=True, comment="until when tickets were learned from"),
    Column("document", LargeBinary, nullable=False, comment="what was learned, compressed"),
)

forecast = Table(
    "forecast",
    metadata,
    Column("connection", String, primary_key=True),
    Column("ticket", String, primary_key=True, comment="its id"),
    Column("agreement", String, primary_key=True),
    Column("objective", String, primary_key=True),
    Column("cycle", Integer, primary_key=True),
    Column("risk", Double, nullable=False, comment="how likely it is to break, 0 to 1"),
    Column("alike", Integer, nullable=False, comment="of how many cycles, as long open, that was said"),
    Column("basis", String, nullable=False, comment="which these were, or the model"),
    Column("as_of", BigInteger, nullable=False, comment="the tool's clock when it was said"),
    Column("next_at", BigInteger, comment="when it comes to the next step"),
    Index("forecast_risk", "risk"),
    Index("forecast_next", "connection", "next_at"),
    sqlite_with_rowid=False,
)

counter = Table(
    "counter",
    metadata,
    Column("name", String, primary_key=True, comment="of a metric that only grows"),
    Column("labels", String, primary_key=True, comment="JSON"),
    Column("value", Double, nullable=False, comment="in all runs of this state together"),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("pseudonym", String, primary_key=True, comment="keyed hash of one of a person's names"),
    Column("person", String, nullable=False, comment="the pseudonym that stands in the place of all of them"),
    Column("words", Integer, nullable=False, comment="of how many that name is"),
    Column("key", String, nullable=False, comment="by which it was hashed: a check, not the key"),
    Column("at", BigInteger, nullable=False, comment="by this machine's clock"),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("exit_code", Integer),
    Column("summary", Text, nullable=False, default="{}", comment="counts per connection and versions, JSON"),
    Column("reverts", Integer, comment="the run that it takes back"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
