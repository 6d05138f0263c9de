// What a Postgres URL with several servers says: the same database on each of them, as in libpq.

// scheme and user information, hosts, the rest. WHATWG URLs have one host, so `new URL` cannot read
// several.
const FORM = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)([/?#].*)?$/;

/** One URL for each server of `postgres://user:password@h1:5432,h2:5432/database`, or null. */
export function postgresServerUrls(url: string): readonly [string, ...string[]] | null {
  const [, start = '', hosts = '', rest = ''] = FORM.exec(url) ?? [];
  const [first, ...others] = hosts.split(',').map((host) => `${start}${host}${rest}`);
  if (first === undefined || ![first, ...others].every((text) => URL.canParse(text) && new URL(text).host !== ''))
    return null;
  return [first, ...others];
}
