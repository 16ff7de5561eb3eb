-- A role that reads what docs/tables.md names, and nothing else: for Grafana or a BI tool.
-- As the owner, when a first run has made the tables, and again after an upgrade:
--   psql --set=ON_ERROR_STOP=1 --file=reader.sql "postgresql://slabridge@db.acme.com/slabridge"
-- The role itself is made once by an administrator: CREATE ROLE slabridge_reader LOGIN PASSWORD '...';
--                                                   GRANT CONNECT ON DATABASE slabridge TO slabridge_reader;
GRANT USAGE ON SCHEMA public TO slabridge_reader;
GRANT SELECT ON result, report, figure, credit, share, outage TO slabridge_reader;
GRANT SELECT ON v_open_risk, v_compliance_month, v_availability_month, v_credit TO slabridge_reader;
-- Of tickets the key alone: the rest is what the tools said of them.
GRANT SELECT (connection, id, key) ON ticket TO slabridge_reader;
