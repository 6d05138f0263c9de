// Asks for 42 by the library that the argument names, each of which connects with node-postgres.

const seconds = Number(process.env.PGCONNECT_TIMEOUT ?? '30');
// Everything else is in libpq's environment, which node-postgres reads.
const connection = { ssl: { rejectUnauthorized: false }, connectionTimeoutMillis: seconds * 1_000 };

const ask = {
  async knex() {
    const { default: knex } = await import('knex');
    const database = knex({ client: 'pg', connection });
    const { rows } = await database.raw('select 42 as answer');
    await database.destroy();
    return rows;
  },

  async typeorm() {
    const { DataSource } = await import('typeorm');
    const { PGHOST: host, PGUSER: username, PGDATABASE: database } = process.env;
    const source = new DataSource({ type: 'postgres', host, username, database, extra: connection });
    await source.initialize();
    const rows = await source.query('select 42 as answer');
    await source.destroy();
    return rows;
  },

  async drizzle() {
    const { drizzle } = await import('drizzle-orm/node-postgres');
    const database = drizzle({ connection });
    const { rows } = await database.execute('select 42 as answer');
    await database.$client.end();
    return rows;
  },

  async prisma() {
    const { PrismaPg } = await import('@prisma/adapter-pg');
    const { getPrismaClient } = await import('@prisma/client/runtime/client');
    // What `prisma generate` writes for a schema without models. It would fetch an engine to do so.
    const PrismaClient = getPrismaClient({
      previewFeatures: [],
      clientVersion: '7.10.0',
      engineVersion: '0edf323efd1d98336f3f0a68684b56f689b900d3',
      activeProvider: 'postgresql',
      inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n',
      runtimeDataModel: { models: {}, enums: {}, types: {} },
      parameterizationSchema: { strings: [], graph: 'AAAA' },
      compilerWasm: {
        getRuntime: async () => await import('@prisma/client/runtime/query_compiler_small_bg.postgresql.mjs'),
        getQueryCompilerWasmModule: async () => {
          const { wasm } = await import('@prisma/client/runtime/query_compiler_small_bg.postgresql.wasm-base64.mjs');
          return new WebAssembly.Module(Buffer.from(wasm, 'base64'));
        },
        importName: './query_compiler_small_bg.js',
      },
    });
    const client = new PrismaClient({ adapter: new PrismaPg(connection) });
    const rows = await client.$queryRaw`select 42 as answer`;
    await client.$disconnect();
    return rows;
  },
}[process.argv[2]];

try {
  console.log((await ask())[0].answer);
} catch (error) {
  // Each wraps the error of the driver in its own way, as their users see it.
  console.error(error.message, error.cause?.message ?? '');
  process.exit(1);
}
