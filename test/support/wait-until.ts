// Waits for a condition instead of sleeping.

const PAUSE_MS = 20;

/**
 * Resolves with the first truthy value of the condition; throws with the message after the limit.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  message: string,
  limitMs = 30_000,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${message}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
