// How many rounds the races of real nodes run: of those with people in them a few in every run of the suite, 1,000 where the
// environment asks for them.

/** `POSTERN_RACE_ROUNDS=1000 npx vitest run test/e2e/fleet/races.test.ts` */
export const RACE_ROUNDS = Number(process.env.POSTERN_RACE_ROUNDS ?? 6);
/** The ones that only sockets take part in are quick. */
export const SOCKET_RACE_ROUNDS = Number(process.env.POSTERN_RACE_ROUNDS ?? 1_000);

/** For one test of so many rounds; a loaded machine needs seconds for some. */
export const RACES_LIMIT_MS = 60_000 + RACE_ROUNDS * 5_000;
export const SOCKET_RACES_LIMIT_MS = 60_000 + SOCKET_RACE_ROUNDS * 1_000;
