// What each place that decides by access rules says of one person at one place, asked through the
// function or route that the place itself uses.

import { judgeTarget, resolveTarget } from '../../src/catalogue/access/resolve-target.ts';
import { type RightsReader, readRightsAtOnce } from '../../src/catalogue/access/rights-reader.ts';
import { explainAccess } from '../../src/catalogue/explain/why.ts';
import { findAccessToken, resolveAccessToken, resolveRoutedRole } from '../../src/catalogue/logins/find-verifier.ts';
import { findRoleOfProject } from '../../src/catalogue/logins/route-role.ts';
import type { RuleDoor } from '../../src/catalogue/rights/access-rule.ts';
import type { AskingSubject, Decision } from '../../src/catalogue/rights/decide-access.ts';
import type { RuleReader } from '../../src/catalogue/rules/find-rules.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { circumstancesOf } from '../../src/gateway/doors/login-origin.ts';
import type { WebForTests } from '../support/browser/web-for-tests.ts';
import type { Asking, DoorScene } from './door-scene.ts';
import { type Heard, heard } from './page-answers.ts';

interface DoorAnswer {
  readonly place: string;
  readonly door: RuleDoor;
  readonly subject: AskingSubject;
  readonly kind: Decision['kind'];
  readonly isIn: boolean;
  /** By the refusal and by each explanation alike. */
  readonly isNamed: boolean;
}

interface AskedDoor {
  readonly door: RuleDoor;
  readonly who: RuleReader;
  readonly subject: AskingSubject;
  readonly heard: ReadonlyArray<readonly [string, Promise<Heard>]>;
}

const JUST_SIGNED_IN = { ageMs: 1_000, passkey: true };

export class DoorAnswers {
  readonly #web: WebForTests;
  readonly #scene: DoorScene;
  readonly #asking: Asking;
  /** At the time that is asked about. */
  readonly #catalogue: Catalogue;
  /** As live connections are asked again, all of a node at once. */
  readonly #rights: Promise<RightsReader>;

  constructor(web: WebForTests, scene: DoorScene, asking: Asking) {
    this.#web = web;
    this.#scene = scene;
    this.#asking = asking;
    this.#catalogue = { ...web.catalogue, clock: { now: () => asking.at } };
    const [computeIds, userIds] = [[this.#place.compute.id], [this.#person.userId]];
    this.#rights = readRightsAtOnce(web.catalogue, { computeIds, userIds, accessTokenIds: [...scene.tokens.values()] });
  }

  get #person() {
    return this.#scene.people[this.#asking.who];
  }

  get #place() {
    return this.#scene.projects[this.#asking.project];
  }

  get subject(): AskingSubject {
    const { who } = this.#asking;
    const relation = who === 'nobody' ? 'stranger' : who === 'guest' ? 'guest' : 'member';
    const teamIds = new Set(who === 'member' ? [this.#scene.dataTeamId] : []);
    return { kind: 'person', userId: this.#person.userId, relation, teamIds };
  }

  get object() {
    const { project, compute } = this.#place;
    return {
      projectId: project.id,
      computeId: compute.id,
      label: this.#asking.project === 'shop' ? 'production' : null,
    };
  }

  /** Each door with its recheck, and what explains it. */
  async byDoor(): Promise<DoorAnswer[]> {
    const { who } = this.#asking;
    const { subject } = this;
    const person = { kind: 'person', userId: this.#person.userId } as const;
    const program = { kind: 'account_tokens' } as const;
    const holder = { kind: 'password_holder' } as const;
    const doors: AskedDoor[] = [
      { door: 'link', who: person, subject, heard: this.#asPerson('link') },
      { door: 'oauth', who: person, subject, heard: this.#asPerson('oauth') },
      ...(who === 'nobody' ? [] : [{ door: 'token', who: person, subject, heard: this.#byToken(who) } as const]),
      { door: 'token', who: program, subject: program, heard: this.#byToken('account') },
      { door: 'role_password', who: holder, subject: holder, heard: this.#byRole() },
    ];
    return (await Promise.all(doors.map((door) => this.#compared(door)))).flat();
  }

  #asPerson(door: 'link' | 'oauth'): AskedDoor['heard'] {
    const how = circumstancesOf(
      { peer: { address: this.#asking.address, port: 50_123 } },
      { signIn: JUST_SIGNED_IN },
      door,
    );
    return [
      ['approval', heard(judgeTarget(this.#catalogue, this.#choice, how))],
      ['door', heard(resolveTarget(this.#catalogue, this.#choice, how))],
      [
        'recheck',
        heard(this.#rights.then((read) => resolveTarget(this.#catalogue, this.#choice, { ...how, rights: read }))),
      ],
    ];
  }

  #byToken(who: 'admin' | 'member' | 'guest' | 'account'): AskedDoor['heard'] {
    const { project, role, database, address } = this.#asking;
    const id = this.#scene.tokens.get(`${who} ${project} ${role.name} ${database}`) ?? '';
    const enter = async (how: 'door' | 'read again' | 'recheck') => {
      const found = await findAccessToken(this.#web.catalogue, id);
      if (found === null) throw new Error(`there is no token ${id}`);
      const { token, asRead } = found;
      const rights = how === 'door' ? asRead.rights : how === 'recheck' ? await this.#rights : undefined;
      const target = await resolveAccessToken(this.#catalogue, token, { address, rights });
      return target.requireReach({ databaseRole: role.name, database });
    };
    return (['door', 'read again', 'recheck'] as const).map((how) => [how, heard(enter(how))]);
  }

  #byRole(): AskedDoor['heard'] {
    const { role, database, address } = this.#asking;
    const { compute, project } = this.#place;
    const enter = async (how: 'door' | 'read again' | 'recheck') => {
      const named = { endpoint: compute.id, project: project.id };
      const route = await findRoleOfProject(this.#web.catalogue, role.name, named);
      if (route?.kind !== 'role') throw new Error('the role has a password');
      const rights = how === 'door' ? route.role.asRead.rights : how === 'recheck' ? await this.#rights : undefined;
      const target = await resolveRoutedRole(this.#catalogue, route.role, { address, rights });
      return target.requireReach({ databaseRole: role.name, database });
    };
    return (['door', 'read again', 'recheck'] as const).map((how) => [how, heard(enter(how))]);
  }

  async #compared({ door, who, subject, heard: asked }: AskedDoor): Promise<DoorAnswer[]> {
    const { role, database, address, at } = this.#asking;
    const question = { who, computeId: this.#place.compute.id, door, databaseRole: role.name, database, address, at };
    const { decision, sentence } = await explainAccess(this.#web.catalogue, SYSTEM_CONTEXT, question);
    const ruleId = decision.rule?.id ?? null;
    // The door of roles asks before it knows the database, and then about that one.
    const early = await explainAccess(this.#web.catalogue, SYSTEM_CONTEXT, { ...question, database: null });
    const isEarly = who.kind === 'password_holder' && early.decision.kind !== 'allowed';
    const refusing = isEarly ? (early.decision.rule?.id ?? null) : ruleId;
    const named = `${who.kind} by ${door}`;
    const isIn = decision.kind === 'allowed';
    const answerAt = (place: string, answer: { readonly isIn: boolean; readonly isNamed: boolean }): DoorAnswer => ({
      ...{ place: `${named}, ${place}`, door, subject, kind: decision.kind, ...answer },
    });
    const answers = await Promise.all(
      asked.map(async ([place, hearing]) => {
        const { isIn: isLetIn, rule } = await hearing;
        return answerAt(place, { isIn: isLetIn, isNamed: isLetIn || rule === refusing });
      }),
    );
    const why = answerAt('why', { isIn, isNamed: ruleId === null || sentence.includes(ruleId) });
    if (who.kind !== 'person') return [...answers, why];
    const { body } = await this.#overApi(door);
    const isSame = (body.rule_id ?? null) === ruleId && body.sentence === sentence;
    return [...answers, why, answerAt('API', { isIn: body.decision === 'allowed', isNamed: isSame })];
  }

  async #overApi(door: RuleDoor) {
    const { role, database, address, at } = this.#asking;
    const { project, compute } = this.#place;
    const query = new URLSearchParams({
      ...{ user_id: this.#person.userId, endpoint_id: compute.id, door, role_name: role.name },
      ...{ database_name: database, address, at: at.toISOString() },
    });
    const reply = await this.#scene.people.admin.api.get(`/projects/${project.id}/access_decision?${query}`);
    if (reply.status !== 200) throw new Error(`the API answers ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply;
  }

  get #choice() {
    const { role, database } = this.#asking;
    const access = role.isReadOnly ? ('read_only' as const) : ('read_write' as const);
    const { userId } = this.#person;
    return { userId, computeId: this.#place.compute.id, database, databaseRole: role.name, access };
  }
}
