# psycopg 2, by libpq's environment: reads the first change of a publication, and as a standby would, who the server is.

import json
import select

import psycopg2
from psycopg2.extras import LogicalReplicationConnection, PhysicalReplicationConnection

with psycopg2.connect("", connection_factory=LogicalReplicationConnection).cursor() as cursor:
    cursor.execute("CREATE_REPLICATION_SLOT with_psycopg2 TEMPORARY LOGICAL pgoutput")
    options = {"proto_version": "1", "publication_names": "conformance"}
    cursor.start_replication(slot_name="with_psycopg2", options=options)
    writer = psycopg2.connect("")
    writer.autocommit = True
    writer.cursor().execute("insert into streamed values (1)")
    message = None
    while message is None:
        select.select([cursor], [], [])
        message = cursor.read_message()

with psycopg2.connect("", connection_factory=PhysicalReplicationConnection).cursor() as standby:
    standby.execute("IDENTIFY_SYSTEM")
    server = standby.fetchone()

print(json.dumps({"streamed": message.payload[:1].decode(), "physical": len(server)}))
