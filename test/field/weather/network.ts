// A small internet of network namespaces: hosts behind a router that hides them behind one IPv4
// address, and this machine behind the router. IPv6, and what this machine begins, passes
// unchanged. Needs root. Each test can have one of its own, with its own weather.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { waitUntil } from '../../support/wait-until.ts';
import { ip, namespaceName, nft, removeLeftOvers, removeNamespaces, run, runIn } from './namespaces.ts';

export interface Addresses {
  readonly v4: string;
  readonly v6: string;
}

/** A namespace in which programs run. */
export interface Place extends Addresses {
  /** What stands before a program so that it runs there. */
  readonly on: readonly string[];
  /** Runs until it is stopped or the network is closed; resolves when it listens on that port. */
  serve(command: readonly string[], port: number): Promise<(signal?: NodeJS.Signals) => Promise<void>>;
}

export interface Host extends Place {
  /** Takes the interface down, as a closed lid does, or up again with the same addresses. */
  setLink(state: 'up' | 'down'): Promise<void>;
  /** The router drops whatever the host sends or gets, without a word. */
  setReach(reach: 'all' | 'nothing'): Promise<void>;
  /** Drops so many packets of a hundred, each way, and lets the rest through at 512 kbit/s. */
  loseSome(percent: number): Promise<void>;
  setMtu(bytes: number): Promise<void>;
}

export interface Network<Name extends string> extends AsyncDisposable {
  /** This machine, as the hosts reach it. */
  readonly machine: Addresses;
  /** As this machine sees the hosts by IPv4; what runs there is between them and the machine. */
  readonly router: Place;
  readonly hosts: Readonly<Record<Name, Host>>;
}

export async function openNetwork<const Name extends string>(...names: readonly Name[]): Promise<Network<Name>> {
  if (process.getuid?.() !== 0) throw new Error('networks are made by root: run these tests as root');
  await removeLeftOvers();
  const plan = new Plan();
  const processes: ChildProcess[] = [];
  const close = async () => {
    await Promise.all(processes.map((child) => stop(child)));
    await removeNamespaces([plan.namespace('router'), ...names.map((name) => plan.namespace(name))]);
  };
  try {
    await makeRouter(plan);
    const hosts: [Name, Host][] = [];
    for (const [index, name] of names.entries()) hosts.push([name, await joinHost(plan, { name, index, processes })]);
    return {
      machine: plan.subnet(0).near,
      router: placeIn(plan.namespace('router'), plan.subnet(0).far, processes),
      hosts: Object.fromEntries(hosts) as Record<Name, Host>,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Names and addresses, chosen so that networks of several test runs do not meet. */
class Plan {
  readonly #id = randomBytes(4).toString('hex');

  namespace(name: string): string {
    return namespaceName(`${this.#id}-${name}`);
  }

  /** At most 15 characters. */
  link(name: string): string {
    return `pw${this.#id}${name}`;
  }

  /** All of it: 16 subnets of four IPv4 addresses each. */
  get whole(): Addresses {
    return { v4: `${this.#v4(0)}/26`, v6: `${this.#v6}::/48` };
  }

  subnet(index: number): { readonly near: Addresses; readonly far: Addresses } {
    const end = (last: number) => ({ v4: this.#v4(4 * index + last), v6: `${this.#v6}:${index}::${last}` });
    return { near: end(1), far: end(2) };
  }

  #v4(offset: number): string {
    const [a = 0, b = 0, c = 0] = Buffer.from(this.#id, 'hex');
    return `10.${192 + (a & 63)}.${b}.${(c & 0b1100_0000) + offset}`;
  }

  get #v6(): string {
    const groups = [this.#id.slice(0, 4), this.#id.slice(4)];
    // As RFC 5952 4.1 writes it, and so the trail: without leading zeros.
    return `fd13:${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}`;
  }
}

async function makeRouter(plan: Plan): Promise<void> {
  const router = plan.namespace('router');
  const { near, far } = plan.subnet(0);
  const [here, there] = [plan.link('s'), plan.link('t')];
  await run('ip', ['netns', 'add', router]);
  await ip([], [`link add ${here} type veth peer name ${there} netns ${router}`, ...bringUp(here, near)]);
  await ip([], [`route add ${plan.whole.v4} via ${far.v4}`, `-6 route add ${plan.whole.v6} via ${far.v6}`]);
  await ip(['-n', router], bringUp(there, far));
  const forwarding = ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'];
  await runIn(router, ['sh', '-c', forwarding.map((name) => `echo 1 > /proc/sys/net/${name}`).join(';')]);
  await nft(router, [
    'add table inet router',
    'add chain inet router hide { type nat hook postrouting priority 100 ; }',
    `add rule inet router hide oifname ${there} meta nfproto ipv4 masquerade`,
    'add chain inet router pass { type filter hook forward priority 0 ; }',
  ]);
}

function bringUp(link: string, { v4, v6 }: Addresses): string[] {
  return [`addr replace ${v4}/30 dev ${link}`, `addr replace ${v6}/64 dev ${link} nodad`, `link set ${link} up`];
}

interface Joining {
  readonly name: string;
  readonly index: number;
  readonly processes: ChildProcess[];
}

async function joinHost(plan: Plan, { name, index, processes }: Joining): Promise<Host> {
  const [router, host] = [plan.namespace('router'), plan.namespace(name)];
  const { near, far } = plan.subnet(index + 1);
  const [theirs, link] = [plan.link(`r${index}`), plan.link(`h${index}`)];
  const up = [...bringUp(link, far), `route replace default via ${near.v4}`, `-6 route replace default via ${near.v6}`];
  await run('ip', ['netns', 'add', host]);
  await ip(['-n', router], [`link add ${theirs} type veth peer name ${link} netns ${host}`, ...bringUp(theirs, near)]);
  await ip(['-n', host], ['link set lo up', ...up]);
  return {
    ...placeIn(host, far, processes),
    setLink: (state) => ip(['-n', host], state === 'up' ? up : [`link set ${link} down`]),
    setReach: (reach) => nft(router, reach === 'all' ? ['flush chain inet router pass'] : silence(theirs)),
    loseSome: (percent) => loseSome(host, link, percent),
    setMtu: (bytes) => ip(['-n', host], [`link set ${link} mtu ${bytes}`]),
  };
}

function silence(link: string): string[] {
  return ['iifname', 'oifname'].map((way) => `add rule inet router pass ${way} ${link} drop`);
}

// By packet filter and token bucket: not every kernel has netem.
async function loseSome(host: string, link: string, percent: number): Promise<void> {
  const chains = ['input', 'output'].flatMap((hook) => [
    `add chain inet weather ${hook} { type filter hook ${hook} priority 0 ; }`,
    `add rule inet weather ${hook} numgen random mod 100 < ${percent} drop`,
  ]);
  await nft(host, ['add table inet weather', ...chains]);
  await runIn(host, ['tc', ...`qdisc add dev ${link} root tbf rate 512kbit burst 1600 latency 200ms`.split(' ')]);
}

function placeIn(namespace: string, addresses: Addresses, processes: ChildProcess[]): Place {
  const on = ['ip', 'netns', 'exec', namespace];
  return {
    ...addresses,
    on,
    async serve(command, port) {
      const [program = '', ...args] = [...on, ...command];
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      processes.push(child);
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await waitUntil(async () => {
        if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended: ${said}`);
        return (await runIn(namespace, ['ss', '-Htln', 'sport', '=', `:${port}`])) !== '';
      }, `${command[0]} listens on ${port}`);
      return (signal) => stop(child, signal);
    },
  };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if ((child.exitCode ?? child.signalCode) !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
