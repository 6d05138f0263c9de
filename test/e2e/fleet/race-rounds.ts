// How many rounds the races between real nodes run: few for those with pages, and as many as the
// environment asks for.

/** `POSTERN_RACE_ROUNDS=1000 npx vitest run test/e2e/fleet/races.test.ts` */
export const RACE_ROUNDS = Number(process.env.POSTERN_RACE_ROUNDS ?? 6);
/** Races between sockets alone are quick. */
export const SOCKET_RACE_ROUNDS = Number(process.env.POSTERN_RACE_ROUNDS ?? 250);

/** Limit of one test; a loaded machine needs seconds for some rounds. */
export const RACES_LIMIT_MS = 60_000 + RACE_ROUNDS * 5_000;
export const SOCKET_RACES_LIMIT_MS = 60_000 + SOCKET_RACE_ROUNDS * 1_000;
