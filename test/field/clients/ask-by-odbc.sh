# isql keeps a failed connection's text for itself without -v, and ends with 0 after a failed query.
echo 'select 42' | isql -v -b -k "Driver=PostgreSQL Unicode;Server=$PGHOST;Port=$PGPORT;Database=$PGDATABASE;UID=$PGUSER;PWD=$PGPASSWORD;SSLmode=require" >&1 2>&2
