import type * as oidc from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { IssuerConfig } from '../../../src/config/issuer-config.ts';
import { clientAuthentication } from '../../../src/http/sign-in/oidc/oidc-client-authentication.ts';
import { Secret } from '../../../src/secret.ts';

const ODD = 'a+b/c%=ü d';

function sent(tokenAuth: IssuerConfig['tokenAuth'], methods?: string[], secret = ODD): string {
  const server = {
    issuer: 'https://id.example',
    token_endpoint_auth_methods_supported: methods,
  } as oidc.ServerMetadata;
  const [body, headers] = [new URLSearchParams(), new Headers()];
  const client = { client_id: 'post-ern.1' };
  clientAuthentication({ clientSecret: new Secret(secret), tokenAuth })(server, client, body, headers);
  if (body.has('client_secret')) return `post ${body.get('client_id')}:${body.get('client_secret')}`;
  const [, encoded = ''] = (headers.get('authorization') ?? '').split(' ');
  return `basic ${Buffer.from(encoded, 'base64').toString('utf8')}`;
}

describe('the client’s secret', () => {
  it('goes by the method that the provider offers', () => {
    expect(sent('auto', ['client_secret_post'])).toBe(`post post-ern.1:${ODD}`);
    expect(sent('auto', ['client_secret_basic'])).toBe('basic post-ern.1:a%2Bb%2Fc%25%3D%C3%BC+d');
    expect(sent('auto')).toBe('basic post-ern.1:a%2Bb%2Fc%25%3D%C3%BC+d');
  });

  it('goes in the body where both are offered and not every provider would decode it', () => {
    const both = ['client_secret_basic', 'client_secret_post'];
    expect(sent('auto', both)).toBe(`post post-ern.1:${ODD}`);
    expect(sent('auto', both, 'plain-secret_1.x')).toBe('basic post-ern.1:plain-secret_1.x');
  });

  it('goes as the setting says', () => {
    expect(sent('client_secret_post', ['client_secret_basic'])).toBe(`post post-ern.1:${ODD}`);
    expect(sent('client_secret_basic_raw')).toBe(`basic post-ern.1:${ODD}`);
    expect(sent('client_secret_basic', ['client_secret_post'])).toBe('basic post-ern.1:a%2Bb%2Fc%25%3D%C3%BC+d');
  });
});
