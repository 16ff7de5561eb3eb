-- A role that reads what docs/tables.md names, and nothing else: for Grafana or a BI tool.
-- As the owner, when a first run has made the tables, and again after an upgrade:
--   psql --set=ON_ERROR_STOP=1 --file=reader.sql "postgresql://slabridge@db.acme.com/slabridge"
-- The role itself is made once by an administrator: CREATE ROLE slabridge_reader LOGIN PASSWORD '...';
--                                                   GRANT CONNECT ON DATABASE slabridge TO slabridge_reader;
GRANT USAGE ON SCHEMA public TO slabridge_reader;
GRANT SELECT ON figure, credit, share, outage TO slabridge_reader;
-- All of a result but "dimensions", which has whatever else the fields held, people among them.
GRANT SELECT (connection, ticket, agreement, objective, cycle, place, toml_table, kind, stage, status, breached, excluded,
  started_at, stopped_at, due_at, due_if_resumed, breached_at, next_change_at, target_ms, elapsed_ms, remaining_ms,
  paused_ms, holder, breach_holder, calendar, definition, since, deadline, priority, team, service, customer, type)
  ON result TO slabridge_reader;
-- Of a report when it was issued and by what it is known; not its document, which lists tickets with all their fields.
GRANT SELECT (period, about, number, issued_at, as_of, digest) ON report TO slabridge_reader;
GRANT SELECT ON v_open_risk, v_compliance_month, v_availability_month, v_credit TO slabridge_reader;
-- Of tickets the key alone: the rest is what the tools said of them.
GRANT SELECT (connection, id, key) ON ticket TO slabridge_reader;
