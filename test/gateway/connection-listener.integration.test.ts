import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConnectionListener } from '../../src/gateway/connection-listener.ts';
import { createLog } from '../../src/log.ts';
import { waitUntil } from '../support/wait-until.ts';

function open(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function echoes(port: number): Promise<boolean> {
  const socket = open(port);
  socket.write('?');
  const [answer, end] = [once(socket, 'data'), once(socket, 'close')];
  const answered = await Promise.race([answer.then(() => true), end.then(() => false)]).catch(() => false);
  socket.destroy();
  return answered;
}

/** A process that may open no more than so many files. */
async function startWithDescriptors(count: number) {
  const script = fileURLToPath(new URL('serve-few-descriptors.ts', import.meta.url));
  const child = spawn('sh', ['-c', `ulimit -n ${count}; exec node --import tsx ${script}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line]: Buffer[] = await once(child.stdout, 'data');
  return { child, port: Number(line) };
}

describe('a process without file descriptors', () => {
  it('drops what it cannot accept, and accepts again once descriptors are free', async () => {
    const { child, port } = await startWithDescriptors(60);
    const flood = Array.from({ length: 200 }, () => open(port));
    let closedCount = 0;
    for (const socket of flood) socket.resume().on('close', () => closedCount++);
    await waitUntil(() => closedCount > 100, 'most of the flood was shed');
    expect(child.exitCode).toBeNull();
    for (const socket of flood) socket.destroy();
    await waitUntil(() => echoes(port), 'a good client is served');
    expect(child.exitCode).toBeNull();
  });
});

describe('a listener', () => {
  async function listenWith(options: Partial<ConstructorParameters<typeof ConnectionListener>[0]>) {
    const listener = new ConnectionListener({
      host: '127.0.0.1',
      port: 0,
      mostSockets: 10,
      makeRoom: () => false,
      pauseMs: 50,
      log: createLog('silent'),
      handle: async (socket) => void (await once(socket.resume(), 'end')),
      ...options,
    });
    onTestFinished(() => listener.close());
    const { port } = await listener.listen();
    return { listener, port };
  }

  it('closes connections beyond its cap without an answer', async () => {
    const { listener, port } = await listenWith({ mostSockets: 2 });
    const [first, second] = [open(port), open(port)];
    await waitUntil(() => listener.socketCount === 2, 'two are in');
    await once(open(port).resume(), 'close');
    expect(listener.socketCount).toBe(2);
    first.destroy();
    second.destroy();
    await listener.idle();
    expect(listener.socketCount).toBe(0);
  });

  it('lets another connection go for one more, where it can', async () => {
    const accepted: Socket[] = [];
    const { port } = await listenWith({
      mostSockets: 2,
      makeRoom: () => accepted.shift()?.destroy() !== undefined,
      handle: async (socket) => {
        accepted.push(socket);
        await once(socket.resume(), 'close');
      },
    });
    const [first, second] = [open(port).resume(), open(port).resume()];
    await waitUntil(() => accepted.length === 2, 'two are in');
    const gone = Promise.race([once(first, 'close'), once(second, 'close')]);
    const third = open(port).resume();
    await gone;
    expect(third.destroyed).toBe(false);
  });

  it('goes on when a handler throws', async () => {
    const { listener, port } = await listenWith({ handle: () => Promise.reject(new Error('a defect')) });
    await once(open(port).resume(), 'close');
    await listener.idle();
    expect(listener.socketCount).toBe(0);
  });

  it('throws the reason why it cannot listen', async () => {
    const { port } = await listenWith({});
    await expect(listenWith({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('destroys the sockets whose handlers do not end after it is closed', async () => {
    const { listener, port } = await listenWith({ handle: async (socket) => void (await once(socket, 'close')) });
    const socket = open(port).resume();
    await waitUntil(() => listener.socketCount === 1, 'it is in');
    await Promise.all([listener.close(), once(socket, 'close')]);
  });
});
