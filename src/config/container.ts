// Whether this process runs in a container, where a connection from loopback says nothing of the
// machine that it began on: port forwards end there.

import { existsSync, readFileSync } from 'node:fs';

const MARKERS = ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'];
const CGROUP_OF_CONTAINER = /docker|kubepods|containerd|libpod|lxc|garden/;
// proc(5), mountinfo: the mount point, options, optional fields, a hyphen, the file system.
const OVERLAY_AS_ROOT = /^\S+ \S+ \S+ \S+ \/ .* - overlay /m;

export function isInContainer(environment: Readonly<Record<string, string | undefined>>): boolean {
  if ((environment.container ?? '') !== '' || (environment.KUBERNETES_SERVICE_HOST ?? '') !== '') return true;
  if (MARKERS.some((path) => existsSync(path))) return true;
  return CGROUP_OF_CONTAINER.test(read('/proc/1/cgroup')) || OVERLAY_AS_ROOT.test(read('/proc/self/mountinfo'));
}

/** Empty where there is none, as on other systems than Linux. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
