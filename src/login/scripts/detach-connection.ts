// Detaches the connection from a login request, which stays open for its person.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

export const DETACH_CONNECTION = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  {}
-- returns  outcome 'moved' when the request stays open, 'refused' when it is decided or has ended
settle()
local status, waiting = unpack(redis.call('HMGET', record, 'status', 'waiting'))
if status ~= 'pending' and status ~= 'claimed' then return answer('refused') end
if waiting ~= 'none' then
  redis.call('HSET', record, 'waiting', 'none')
  changed()
end
return answer('moved')
`);
