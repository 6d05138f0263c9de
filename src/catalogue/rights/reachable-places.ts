// Which databases and roles of a compute the access rules open, in one pass over the rules: asking
// `decideAccess` of each pair costs rules × databases × roles. Pure.

import type { AccessRule } from './access-rule.ts';
import { type Agreement, asksFirst, isInForce, meets } from './agreement.ts';
import { type AccessQuestion, concerns, covers, findObstacle } from './decide-access.ts';

export interface Places<Role extends PlaceRole> {
  readonly databases: readonly string[];
  readonly roles: readonly Role[];
}

interface PlaceRole {
  readonly name: string;
  readonly readOnly: boolean;
}

type Asked = Omit<AccessQuestion, 'role' | 'database'>;

/** Those databases and roles for which `decideAccess` allows one of the other, in their order. */
export function reachablePlaces<Role extends PlaceRole>(
  rules: readonly AccessRule[],
  asked: Asked,
  places: Places<Role>,
): Places<Role> {
  const { subject, object } = asked;
  if (subject.kind === 'person' && subject.relation === 'stranger') return { databases: [], roles: [] };
  const question = { ...asked, role: null, database: null };
  const agreed = (asked.agreements ?? []).filter((each) => isInForce(each, question));
  const isAllAgreed = agreed.some((each) => each.kind === 'on_call' && isAboutAll(each));
  const found = new FoundPlaces(places);
  for (const rule of rules) {
    if (found.isComplete) break;
    if (!concerns(rule, subject) || !covers(rule.object, object) || findObstacle(rule, question) !== null) continue;
    if (isAllAgreed || !asksFirst(rule.grants)) found.add(rule.grants, ANYWHERE);
    else for (const each of agreed) if (meets(each, rule.grants)) found.add(rule.grants, each);
  }
  for (const glass of brokenGlass(asked, agreed)) found.add(EVERYTHING, glass);
  return found.places;
}

/** As `decideAccess` has it: only members break it, and not by a password. */
function brokenGlass({ subject, door }: Asked, agreed: readonly Agreement[]): readonly Agreement[] {
  const mayBreak = subject.kind === 'person' && subject.relation === 'member';
  if (!mayBreak || door === 'token' || door === 'role_password') return [];
  return agreed.filter(({ kind }) => kind === 'break_glass');
}

function isAboutAll({ databaseRole, database }: Limit): boolean {
  return databaseRole === null && database === null;
}

/** What an agreement leaves of a rule; null: all. */
type Limit = Pick<Agreement, 'databaseRole' | 'database'>;
type Opened = Pick<AccessRule['grants'], 'roles' | 'databases'>;

const ANYWHERE: Limit = { databaseRole: null, database: null };
const EVERYTHING: Opened = { roles: 'read_write', databases: null };

class FoundPlaces<Role extends PlaceRole> {
  readonly #all: Places<Role>;
  readonly #roleNames: readonly string[];
  readonly #readers: readonly string[];
  readonly #known: { readonly roles: ReadonlySet<string>; readonly databases: ReadonlySet<string> };
  readonly #roles = new Set<string>();
  readonly #databases = new Set<string>();

  constructor(all: Places<Role>) {
    this.#all = all;
    this.#roleNames = all.roles.map(({ name }) => name);
    this.#readers = all.roles.filter(({ readOnly }) => readOnly).map(({ name }) => name);
    this.#known = { roles: new Set(this.#roleNames), databases: new Set(all.databases) };
  }

  get isComplete(): boolean {
    return this.#roles.size === this.#known.roles.size && this.#databases.size === this.#known.databases.size;
  }

  /** Pairs of the opened roles and databases, as far as they exist and the limit leaves them. */
  add(opened: Opened, limit: Limit): void {
    const roles = within(this.#rolesOf(opened.roles), limit.databaseRole, this.#known.roles);
    const databases = within(opened.databases ?? this.#all.databases, limit.database, this.#known.databases);
    if (roles.length === 0 || databases.length === 0) return;
    for (const name of roles) this.#roles.add(name);
    for (const name of databases) this.#databases.add(name);
  }

  #rolesOf(roles: Opened['roles']): readonly string[] {
    if (roles === 'read_write') return this.#roleNames;
    return roles === 'read_only' ? this.#readers : roles;
  }

  get places(): Places<Role> {
    return {
      databases: this.#all.databases.filter((name) => this.#databases.has(name)),
      roles: this.#all.roles.filter(({ name }) => this.#roles.has(name)),
    };
  }
}

function within(names: readonly string[], only: string | null, known: ReadonlySet<string>): readonly string[] {
  return names.filter((name) => known.has(name) && (only === null || name === only));
}
