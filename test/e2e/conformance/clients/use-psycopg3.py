# psycopg 3, by libpq's environment: does the workout and prints what came of it.

import json
import threading

import psycopg

results = {}
connection = psycopg.connect("", autocommit=True)
connection.add_notice_handler(lambda notice: results.update(noticed=notice.message_primary))
cursor = connection.cursor()


def only(sql, values=None, prepare=None):
    return connection.execute(sql, values, prepare=prepare).fetchone()[0]


# Without parameters psycopg 3 speaks the simple protocol only through a cursor of its own kind.
results["simple"] = psycopg.ClientCursor(connection).execute("select 42").fetchone()[0]
results["extended"] = only("select %s::text", ["sch\u00f6n"])
results["prepared"] = [only("select %s::int * 1", [n * n], prepare=True) for n in (1, 2, 3)]
with connection.pipeline():
    cursors = [connection.execute("select %s::int", [n * n]) for n in (1, 2, 3, 4, 5)]
    results["pipelined"] = [each.fetchone()[0] for each in cursors]
connection.execute("do $$ begin raise notice 'said'; end $$")
connection.execute("create temp table copied (n int)")
with cursor.copy("copy copied from stdin") as copy:
    for n in range(5000):
        copy.write_row([n])
with cursor.copy("copy copied to stdout") as copy:
    results["copied"] = sum(1 for _ in copy.rows())
connection.add_notify_handler(lambda notify: results.update(notified=notify.payload))
connection.execute("listen bell")
connection.execute("notify bell, 'ding'")
oid = only("select lo_from_bytea(0, %s)", [b"x" * 300_000])
results["largeObject"] = len(only("select lo_get(%s)", [oid]))

answered = threading.Event()


def cancel():
    while not answered.wait(0.3):
        connection.cancel()


canceller = threading.Thread(target=cancel)
canceller.start()
try:
    connection.execute("select pg_sleep(60)")
except psycopg.Error as error:
    results["canceled"] = error.sqlstate
answered.set()
canceller.join()
results["rows"] = len(connection.execute("select n from generate_series(1, 100000) n").fetchall())
results["longStatement"] = only("select length('" + "x" * 10_485_760 + "')")
connection.close()
print(json.dumps(results))
