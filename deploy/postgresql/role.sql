-- The role of slabridge, and a database that is its own. It may do nothing else on this server.
-- As its administrator: psql --set=ON_ERROR_STOP=1 --file=role.sql
-- The password is read from /run/secrets/slabridge_password; change that line to where yours is.
\set password `cat /run/secrets/slabridge_password`

CREATE ROLE slabridge LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE slabridge OWNER slabridge ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE slabridge FROM PUBLIC;
\connect slabridge
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO slabridge;
