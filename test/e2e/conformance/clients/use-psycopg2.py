# psycopg 2, by libpq's environment: does the workout and prints what came of it.

import io
import json
import select
import threading

import psycopg2

results = {}
connection = psycopg2.connect("")
connection.autocommit = True
cursor = connection.cursor()


def only(sql, values=None):
    cursor.execute(sql, values)
    return cursor.fetchone()[0]


results["simple"] = only("select 42")
cursor.execute("prepare square as select $1::int * $1::int")
results["prepared"] = [only("execute square (%s)", [n]) for n in (1, 2, 3)]
cursor.execute("do $$ begin raise notice 'said'; end $$")
results["noticed"] = connection.notices[-1].removeprefix("NOTICE:").strip()
cursor.execute("create temp table copied (n int)")
cursor.copy_expert("copy copied from stdin", io.StringIO("".join(f"{n}\n" for n in range(5000))))
copied = io.StringIO()
cursor.copy_expert("copy copied to stdout", copied)
results["copied"] = copied.getvalue().count("\n")
cursor.execute("listen bell")
cursor.execute("notify bell, 'ding'")
while not connection.notifies:
    select.select([connection], [], [], 5)
    connection.poll()
results["notified"] = connection.notifies[0].payload
connection.autocommit = False
large = connection.lobject(0, "wb")
large.write(b"x" * 300_000)
large.seek(0)
large = connection.lobject(large.oid, "rb")
results["largeObject"] = len(large.read())
connection.commit()
connection.autocommit = True

answered = threading.Event()


def cancel():
    while not answered.wait(0.3):
        connection.cancel()


canceller = threading.Thread(target=cancel)
canceller.start()
try:
    cursor.execute("select pg_sleep(60)")
except psycopg2.Error as error:
    results["canceled"] = error.pgcode
answered.set()
canceller.join()
cursor.execute("select n from generate_series(1, 100000) n")
results["rows"] = len(cursor.fetchall())
results["longStatement"] = only("select length('" + "x" * 10_485_760 + "')")
connection.close()
print(json.dumps(results))
