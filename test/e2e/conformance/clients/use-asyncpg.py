# asyncpg, by the variables that libpq reads: does the workout and prints what came of it.

import asyncio
import io
import json
import sys
import time

import asyncpg

results = {}


async def work_out(connection):
    results["simple"] = await connection.fetchval("select 42")
    results["extended"] = await connection.fetchval("select $1::text", "schön")
    square = await connection.prepare("select $1::int * $1::int")
    results["prepared"] = [await square.fetchval(n) for n in (1, 2, 3)]

    noticed = asyncio.get_running_loop().create_future()
    connection.add_log_listener(lambda _, notice: noticed.set_result(notice.message))
    await connection.execute("do $$ begin raise notice 'said'; end $$")
    results["noticed"] = await noticed

    await connection.execute("create temp table copied (n int)")
    await connection.copy_records_to_table("copied", records=((n,) for n in range(5000)))
    results["copiedIn"] = await connection.fetchval("select count(*) from copied")
    copied = io.BytesIO()
    await connection.copy_from_query("select n from copied", output=copied)
    results["copied"] = copied.getvalue().count(b"\n")

    notified = asyncio.get_running_loop().create_future()
    await connection.add_listener("bell", lambda *heard: notified.set_result(heard[-1]))
    await connection.execute("notify bell, 'ding'")
    results["notified"] = await notified

    large_object = await connection.fetchval("select lo_from_bytea(0, $1)", b"x" * 300_000)
    results["largeObject"] = len(await connection.fetchval("select lo_get($1)", large_object))

    # A time limit is how one cancels: it sends a CancelRequest, and keeps the server's 57014 for itself.
    started = time.monotonic()
    try:
        await connection.execute("select pg_sleep(60)", timeout=0.5)
    except asyncio.TimeoutError:
        await connection.fetchval("select 1")
        results["canceled"] = "57014" if time.monotonic() - started < 50 else "too late"

    results["rows"] = len(await connection.fetch("select generate_series(1, 100000)"))
    statement = "select 1 /* " + "x" * (10_485_760 - 15) + " */"
    await connection.execute(statement)
    results["longStatement"] = len(statement)


async def main():
    try:
        connection = await asyncpg.connect(timeout=60)
    except asyncpg.PostgresError as error:
        sys.exit(str(error))
    await work_out(connection)
    await connection.close()
    print(json.dumps(results))


asyncio.run(main())
