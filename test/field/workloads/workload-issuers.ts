// Starts issuers that speak for workloads as GitHub Actions, GitLab and Kubernetes do.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import { makeTestCa } from '../../support/certificates-for-tests.ts';

export const AUDIENCE = 'https://pg.example.com';

/** What each says of its workloads, as its documentation shows. */
export const WORKLOADS = {
  github: {
    path: '',
    main: {
      sub: 'repo:acme/shop:ref:refs/heads/main',
      repository: 'acme/shop',
      repository_owner: 'acme',
      ref: 'refs/heads/main',
      environment: 'production',
      job_workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
    },
    branch: {
      sub: 'repo:acme/shop:ref:refs/heads/try',
      repository: 'acme/shop',
      repository_owner: 'acme',
      ref: 'refs/heads/try',
    },
    conditions: { repository: 'acme/shop', ref: 'refs/heads/main' },
  },
  gitlab: {
    path: '/gitlab',
    main: {
      sub: 'project_path:acme/shop:ref_type:tag:ref:v1.2.3',
      project_path: 'acme/shop',
      ref: 'v1.2.3',
      ref_type: 'tag',
      ref_protected: 'true',
    },
    branch: {
      sub: 'project_path:acme/shop:ref_type:branch:ref:try',
      project_path: 'acme/shop',
      ref: 'try',
      ref_type: 'branch',
      ref_protected: 'false',
    },
    conditions: { project_path: 'acme/shop', sub: 'project_path:acme/shop:ref_type:tag:*', ref_protected: 'true' },
  },
  kubernetes: {
    path: '/clusters/one',
    main: {
      sub: 'system:serviceaccount:shop:api',
      'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'api', uid: '6d5f4e5c' } },
    },
    branch: {
      sub: 'system:serviceaccount:other:api',
      'kubernetes.io': { namespace: 'other', serviceaccount: { name: 'api', uid: '00000000' } },
    },
    conditions: { 'kubernetes.io/namespace': 'shop', 'kubernetes.io/serviceaccount/name': 'api' },
  },
} as const;

export type IssuerName = keyof typeof WORKLOADS;
export const ISSUER_NAMES = ['github', 'gitlab', 'kubernetes'] as const satisfies readonly IssuerName[];

export interface WorkloadIssuers extends AsyncDisposable {
  readonly caPem: string;
  readonly issuers: Readonly<Record<string, string>>;
  /** Their signing keys, for tokens that no issuer would make. */
  readonly keys: Readonly<Record<string, { readonly privateKey: CryptoKey; readonly jwk: JWK }>>;
  /** A token as the issuer makes it. */
  tokenOf(issuer: IssuerName, workload: 'main' | 'branch'): Promise<string>;
}

export async function startWorkloadIssuers(): Promise<WorkloadIssuers> {
  const ca = await makeTestCa();
  const { certPem, keyPem } = await ca.issue({ names: ['localhost'] });
  const keys = Object.fromEntries(
    await Promise.all(ISSUER_NAMES.map(async (name) => [name, await newKey(name)] as const)),
  );
  const issuers = Object.fromEntries(
    ISSUER_NAMES.map((name) => {
      const { path, main, branch } = WORKLOADS[name];
      return [name, { path, audience: AUDIENCE, workloads: { main, branch } }];
    }),
  );
  const jwks = Object.fromEntries(Object.entries(keys).map(([name, { jwk }]) => [name, { keys: [jwk] }]));
  const program = fileURLToPath(new URL('workload-issuers.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify({ issuers, jwks })], {
    env: { PATH: process.env.PATH ?? '', CERT: certPem, KEY: keyPem },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const started = z.record(z.string(), z.string()).parse(JSON.parse(String(line)));
  const dispatcher = new Agent({ connect: { ca: ca.caPem } });
  return {
    caPem: ca.caPem,
    issuers: started,
    keys,
    tokenOf: async (issuer, workload) => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: workload,
        client_secret: `secret of ${workload}`,
      });
      const response = await fetch(`${started[issuer]}/token`, { method: 'POST', body, dispatcher });
      return z.object({ access_token: z.string() }).parse(await response.json()).access_token;
    },
    [Symbol.asyncDispose]: async () => {
      await dispatcher.close();
      child.kill();
    },
  };
}

async function newKey(kid: string) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' } };
}
