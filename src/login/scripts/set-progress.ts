// Writes how far the connection behind a login request has come.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

export const SET_PROGRESS = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { fields }
-- returns  outcome 'moved', or 'refused' when the request is no longer stored
if redis.call('EXISTS', record) == 0 then return answer('refused') end
set(cjson.decode(ARGV[3]).fields)
changed()
return answer('moved')
`);
