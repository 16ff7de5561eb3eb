"""The tables of the sandbox's Jira. Instants are milliseconds UTC, ids are Jira's numbers."""

from slabridge.sandbox.jira.catalogue import STORED

_TEXT = {"string", "document", "user", "array"}
_COLUMNS = ",\n  ".join(f"{field.id} {'TEXT' if field.type in _TEXT else 'INTEGER'}" for field in STORED)

TABLES = f"""
CREATE TABLE issues (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  story TEXT UNIQUE,
  {_COLUMNS}
);
CREATE INDEX issues_updated ON issues (updated, id);
CREATE INDEX issues_created ON issues (created, id);
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
CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE statuses (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, category TEXT NOT NULL);
CREATE TABLE options (id INTEGER PRIMARY KEY, field TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (field, value));
"""
"""`histories.items` is a JSON list of [field id, from, fromString, to, toString]."""
