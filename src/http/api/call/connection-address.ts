// Where clients of a project connect: Postern itself, never the Postgres behind it.

import { z } from 'zod';
import { publicPgHost, publicPgPort } from '../../../config/public-address.ts';
import type { ComputeId } from '../../../ids.ts';
import type { Secret } from '../../../secret.ts';
import type { ApiParts } from './api-call.ts';

// PostgreSQL: the default port of clients
const DEFAULT_PG_PORT = 5432;

export interface ConnectionTarget {
  readonly databaseName: string;
  readonly roleName: string;
  readonly password: Secret;
  /** Null where the project has none: then nothing leads there. */
  readonly computeId: ComputeId | null;
}

/** A name or address without a port, as everywhere in Neon's API. */
export function connectionHost({ config, address }: Pick<ApiParts, 'config' | 'address'>): string {
  return publicPgHost(config, address);
}

/** `pg.example.com`, with the port unless it is the default one. */
export function hostAndPort({ config, address }: Pick<ApiParts, 'config' | 'address'>): string {
  const [host, port] = [publicPgHost(config, address), publicPgPort(config)];
  return port === DEFAULT_PG_PORT ? host : `${host}:${port}`;
}

/**
 * A URI for any client. It contains the password, and names the compute, since a role's name leads
 * nowhere. Without channel_binding: asyncpg and postgres.js refuse a word that they do not know.
 */
export function connectionUri(parts: Pick<ApiParts, 'config' | 'address'>, target: ConnectionTarget): string {
  const { databaseName, roleName, password, computeId } = target;
  const [role, secret, database] = [roleName, password.reveal(), databaseName].map(encodeURIComponent);
  const uri = `postgresql://${role}:${secret}@${hostAndPort(parts)}/${database}`;
  const options = computeId === null ? '' : `&options=endpoint%3D${computeId}`;
  return `${uri}?sslmode=require${options}`;
}

// Neon API 2.7.3: ConnectionDetails
export const connectionDetailsShape = z
  .object({
    connection_uri: z.string(),
    connection_parameters: z.object({
      database: z.string(),
      password: z.string(),
      role: z.string(),
      host: z.string(),
      pooler_host: z.string(),
      port: z.int().meta({ description: 'Postern only.' }),
    }),
  })
  .meta({ id: 'ConnectionDetails' });

/** Pooled or not, the host is the same: clients connect to Postern. */
export function connectionDetails(
  parts: Pick<ApiParts, 'config' | 'address'>,
  target: ConnectionTarget,
): z.input<typeof connectionDetailsShape> {
  const host = connectionHost(parts);
  return {
    connection_uri: connectionUri(parts, target),
    connection_parameters: {
      database: target.databaseName,
      password: target.password.reveal(),
      role: target.roleName,
      host,
      pooler_host: host,
      port: publicPgPort(parts.config),
    },
  };
}
