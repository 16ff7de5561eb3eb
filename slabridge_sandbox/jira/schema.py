"""The tables of the sandbox's Jira. Instants are milliseconds UTC, ids are Jira's numbers."""

from slabridge_sandbox.jira.catalogue import FIELDS, Field

LARGEST = 2**62
"""Beyond every id and every instant, and an integer that SQLite stores."""

_TYPES = {"number": "REAL"} | dict.fromkeys(
    ("string", "document", "user", "array", "date", "team", "option-with-child", "any"), "TEXT"
)


def column(field: Field) -> str:
    """Return the column of a stored field, as a table declares it."""
    return f"{field.id} {_TYPES.get(field.type, 'INTEGER')}"


_COLUMNS = ",\n  ".join(column(field) for field in FIELDS if field.stored)

SCHEMA = f"""
CREATE TABLE issues (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  story TEXT UNIQUE,
  {_COLUMNS}
);
CREATE UNIQUE INDEX issues_key ON issues (project, number);
CREATE INDEX issues_updated ON issues (updated, id);
CREATE INDEX issues_created ON issues (created, id);
CREATE TABLE former (
  seq INTEGER PRIMARY KEY,
  until INTEGER NOT NULL,
  existed INTEGER NOT NULL,
  id INTEGER NOT NULL,
  number INTEGER,
  story TEXT,
  {_COLUMNS}
);
CREATE INDEX former_until ON former (until, id);
CREATE TABLE moved (project INTEGER, number INTEGER, issue INTEGER, PRIMARY KEY (project, number)) WITHOUT ROWID;
CREATE TABLE deleted (id INTEGER PRIMARY KEY, project INTEGER NOT NULL, number INTEGER NOT NULL, story TEXT);
CREATE TABLE histories (
  id INTEGER PRIMARY KEY,
  issue INTEGER NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  items TEXT NOT NULL
);
CREATE INDEX histories_issue ON histories (issue, at);
CREATE INDEX histories_at ON histories (at);
CREATE TABLE comments (
  id INTEGER PRIMARY KEY,
  issue INTEGER NOT NULL,
  author TEXT NOT NULL,
  editor TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  body TEXT NOT NULL,
  visibility TEXT,
  properties TEXT NOT NULL
);
CREATE INDEX comments_issue ON comments (issue, created);
CREATE TABLE properties (
  issue INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (issue, key)
) WITHOUT ROWID;
CREATE TABLE links (
  id INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  "from" INTEGER NOT NULL,
  "to" INTEGER NOT NULL
);
CREATE INDEX links_from ON links ("from");
CREATE INDEX links_to ON links ("to");
CREATE TABLE remote_links (
  id INTEGER PRIMARY KEY,
  issue INTEGER NOT NULL,
  global_id TEXT,
  content TEXT NOT NULL
);
CREATE INDEX remote_links_issue ON remote_links (issue);
CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE projects (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE options (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
"""
"""`former` holds what issues were until they changed, for searches whose index lags. `histories.items` is a JSON list
of [field id, from, fromString, to, toString], followed by field and fieldtype where it is no field of the site.
Accounts, projects and options are for ORDER BY; what else there is to them stands in Names.
"""
