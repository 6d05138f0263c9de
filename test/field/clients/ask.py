# Asks for 42 by the library that the first argument names. The rest is in libpq's environment.

import os
import ssl
import sys

limit = int(os.environ.get("PGCONNECT_TIMEOUT", "30"))
where = {
    "host": os.environ["PGHOST"],
    "port": int(os.environ["PGPORT"]),
    "user": os.environ["PGUSER"],
    "password": os.environ.get("PGPASSWORD"),
    "database": os.environ["PGDATABASE"],
}


def by_psycopg2():
    import psycopg2

    cursor = psycopg2.connect("").cursor()
    cursor.execute("select 42")
    return cursor.fetchone()[0]


def by_psycopg3():
    import psycopg

    return psycopg.connect("").execute("select 42").fetchone()[0]


def by_asyncpg():
    import asyncio

    import asyncpg

    async def ask():
        connection = await asyncpg.connect(timeout=limit)
        return await connection.fetchval("select 42")

    return asyncio.run(ask())


def by_pg8000():
    import pg8000

    cursor = pg8000.connect(**where, ssl=True, timeout=limit).cursor()
    cursor.execute("select 42")
    return cursor.fetchone()[0]


def by_sqlalchemy():
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import URL

    names = {**where, "username": where["user"]}
    del names["user"]
    url = URL.create("postgresql+psycopg2", **names)
    options = {"sslmode": "require", "connect_timeout": limit, "application_name": "reports"}
    with create_engine(url, connect_args=options).connect() as connection:
        return connection.execute(text("select 42")).scalar()


def by_django():
    from django.conf import settings
    from django.db import connection

    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": where["database"],
        "USER": where["user"],
        "PASSWORD": where["password"] or "",
        "HOST": where["host"],
        "PORT": where["port"],
        "OPTIONS": {"sslmode": "require", "connect_timeout": limit},
    }
    settings.configure(DATABASES={"default": database})
    with connection.cursor() as cursor:
        cursor.execute("select 42")
        return cursor.fetchone()[0]


print(globals()[f"by_{sys.argv[1]}"]())
