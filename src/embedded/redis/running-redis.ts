// A Redis that this process started, of either kind.

import type { Secret } from '../../secret.ts';

export interface RunningRedis {
  readonly kind: 'installed' | 'in_process';
  readonly url: Secret;
  close(): Promise<void>;
}
