// Writes a new login request.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

export const CREATE_LOGIN_REQUEST = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { life_ms, keep_ms: how long the hash outlives life_ms, fields }
-- returns  outcome 'moved'
local creation = cjson.decode(ARGV[3])
set(creation.fields)
redis.call('HSET', record, 'created_at', digits(now), 'expires_at', digits(now + creation.life_ms), 'version', '1')
-- The only place that sets the expiry: no later move extends or removes it.
redis.call('PEXPIRE', record, digits(creation.life_ms + creation.keep_ms))
return answer('moved')
`);
