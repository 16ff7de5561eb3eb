-- The role of slabridge, and a database that is its own. It may do nothing else on this server.
-- As its administrator: psql --file=role.sql
-- The password is read from /run/secrets/slabridge_password; change that line to where yours is.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/slabridge_password`
SELECT :'password' = '' AS lacking \gset
\if :lacking
SELECT 'there is no password in that file'::boolean;
\endif

CREATE ROLE slabridge LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE slabridge OWNER slabridge ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE slabridge FROM PUBLIC;
\connect slabridge
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO slabridge;
