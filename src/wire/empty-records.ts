// TLS records without data. Inside TLS 1.3 a peer may change its keys as often as it likes (RFC
// 8446, 4.6.3): 27 bytes each time, more work than a kilobyte of data, and nobody who reads the
// data sees it.

/** Whenever it likes; what was read ahead of a slow upstream counts as well. */
const BURST_BYTES = 128 * 1_024;
const BYTES_PER_SECOND = 4 * 1_024;
/** A record of a single byte has 22 more. */
const MOST_FOR_A_BYTE = 24;

export interface SentBytes {
  /** As they came from the network. */
  readonly encrypted: number;
  /** What was in them. */
  readonly data: number;
}

/** Counts from when it is made. */
export class EmptyRecords {
  readonly #start: SentBytes;
  readonly #sinceMs: number;

  constructor(start: SentBytes, nowMs: number) {
    this.#start = start;
    this.#sinceMs = nowMs;
  }

  areTooMany({ encrypted, data }: SentBytes, nowMs: number): boolean {
    const allowedFor = (data - this.#start.data) * MOST_FOR_A_BYTE;
    const allowedBy = BURST_BYTES + ((nowMs - this.#sinceMs) / 1_000) * BYTES_PER_SECOND;
    return encrypted - this.#start.encrypted > allowedFor + allowedBy;
  }
}
