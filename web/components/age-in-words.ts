// How long ago something was, in words, the same on the server's page and in the browser's script.

const STEPS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1_000 },
] as const;

/** `just now`, `1 second ago`, `3 days ago`. */
export function ageInWords(ageMs: number): string {
  const step = STEPS.find(({ ms }) => ageMs >= ms);
  if (step === undefined) return 'just now';
  const amount = Math.floor(ageMs / step.ms);
  return amount === 1 ? `1 ${step.unit} ago` : `${amount} ${step.unit}s ago`;
}
