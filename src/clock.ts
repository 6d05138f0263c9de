// Time as a dependency, so that tests can push it. Durations inside the program are milliseconds.

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
