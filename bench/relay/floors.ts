// What Node can do at best: a bare pipe, a bare login without anything behind it, a bare refusal.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Certificate, PASSWORD, type Started } from '../bench-path.ts';

export async function startBarePipe(upstreamPort: number, { certPath, keyPath }: Certificate): Promise<Started> {
  return await startFloor('bare-pipe.mjs', [String(upstreamPort), certPath, keyPath]);
}

/** Takes PASSWORD from any user. */
export async function startBareLogin({ certPath, keyPath }: Certificate): Promise<Started> {
  return await startFloor('bare-login.mjs', [PASSWORD, certPath, keyPath]);
}

/** Refuses everybody as the first login by OAUTHBEARER is refused. */
export async function startBareRefusal({ certPath, keyPath }: Certificate): Promise<Started> {
  return await startFloor('bare-refusal.mjs', [certPath, keyPath]);
}

async function startFloor(file: string, args: readonly string[]): Promise<Started> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port]: Buffer[] = await once(child.stdout, 'data');
  return { port: Number(port), processId: child.pid ?? 0, close: async () => void child.kill() };
}
