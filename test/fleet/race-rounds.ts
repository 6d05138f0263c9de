// How many rounds the races of real nodes run: a few in every run of the suite, 1,000 where the environment asks for them.

/** `POSTERN_RACE_ROUNDS=1000 npx vitest run test/fleet/races.test.ts` */
export const RACE_ROUNDS = Number(process.env.POSTERN_RACE_ROUNDS ?? 6);

/** For one test of so many rounds; a loaded machine needs seconds for some. */
export const RACES_LIMIT_MS = 60_000 + RACE_ROUNDS * 5_000;
