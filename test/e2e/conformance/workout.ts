// What every client does through Postern, and the right results. How a client does it is in
// clients/.

/** Results by exercise. `copiedIn` is for clients that write COPY and cannot read it. */
const WORKOUT = {
  simple: 42,
  extended: 'schön',
  prepared: [1, 4, 9],
  pipelined: [1, 4, 9, 16, 25],
  noticed: 'said',
  copied: 5_000,
  copiedIn: 5_000,
  notified: 'ding',
  largeObject: 300_000,
  canceled: '57014',
  rows: 100_000,
  longStatement: 10_485_760,
} as const;

export type Exercise = keyof typeof WORKOUT;

/** The right results, without the exercises that a client cannot do. */
export function workoutWithout(...missing: readonly Exercise[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(WORKOUT).filter(([name]) => !missing.some((one) => one === name)));
}
