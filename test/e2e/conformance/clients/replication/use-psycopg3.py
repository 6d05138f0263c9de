# psycopg 3, by libpq's environment: reads the first change of a publication through the libpq that it wraps.

import json

import psycopg

START = b"""START_REPLICATION SLOT with_psycopg3 LOGICAL 0/0 ("proto_version" '1', "publication_names" 'conformance')"""

libpq = psycopg.connect("replication=database", autocommit=True).pgconn
libpq.exec_(b"CREATE_REPLICATION_SLOT with_psycopg3 TEMPORARY LOGICAL pgoutput")
libpq.exec_(START)
with psycopg.connect(autocommit=True) as writer:
    writer.execute("insert into streamed values (1)")
streamed = None
while streamed is None:
    _, data = libpq.get_copy_data(0)
    # The first byte says what it is, and a change has 24 more in front of it.
    streamed = chr(data[25]) if data[:1] == b"w" else None

standby = psycopg.connect("replication=true", autocommit=True).pgconn
print(json.dumps({"streamed": streamed, "physical": standby.exec_(b"IDENTIFY_SYSTEM").nfields}))
