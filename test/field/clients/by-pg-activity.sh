# It takes no user from the environment, and the sizes of all databases are for superusers.
cd "$(dirname "$0")" || exit 1
TERM=xterm exec python3 on-a-screen.py 'RUNNING QUERIES' pg_activity --no-db-size --no-tempfiles --no-walreceiver \
  -h "$PGHOST" -p "$PGPORT" -U "$PGUSER" -d "$PGDATABASE"
