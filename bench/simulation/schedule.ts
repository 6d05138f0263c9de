// Which clients do something in which step of simulated time, and a figure of many.

export const STEP_MS = 50;

export class Schedule {
  readonly #clients = new Map<number, number[]>();

  put(atMs: number, client: number): void {
    const step = Math.ceil(atMs / STEP_MS) * STEP_MS;
    const clients = this.#clients.get(step);
    if (clients === undefined) this.#clients.set(step, [client]);
    else clients.push(client);
  }

  take(nowMs: number): readonly number[] {
    const clients = this.#clients.get(nowMs) ?? [];
    this.#clients.delete(nowMs);
    return clients;
  }
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
