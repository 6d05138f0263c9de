import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { hangUp } from '../../../src/gateway/client/hang-up.ts';

const CHUNK = Buffer.alloc(65_536);

/** A peer that sends without an end; `sentBytes` is what was read of it. */
function endlessPeer() {
  const peer = { sentBytes: 0, received: '' };
  const socket = new Duplex({
    read() {
      setImmediate(() => {
        peer.sentBytes += CHUNK.length;
        this.push(CHUNK);
      });
    },
    write(chunk, _encoding, done) {
      peer.received += String(chunk);
      done();
    },
  });
  return { socket, peer };
}

describe('hanging up', () => {
  // A refused client was read on for a second at full speed: 200 MiB of junk.
  it('reads a megabyte of what the peer still sends, and no more', async () => {
    const { socket, peer } = endlessPeer();
    await hangUp(socket, Buffer.from('the last message'));
    expect(socket.destroyed).toBe(true);
    expect(peer.received).toBe('the last message');
    expect(peer.sentBytes).toBeLessThanOrEqual(2 * 1_048_576);
  });

  it('is over at once when the peer closes its side', async () => {
    const socket = new Duplex({
      read() {
        this.push(null);
      },
      write: (_chunk, _encoding, done) => done(),
    });
    await hangUp(socket, null);
    expect(socket.destroyed).toBe(true);
  });
});
