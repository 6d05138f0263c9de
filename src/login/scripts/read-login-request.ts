// Reads a login request after making the move that is due by time.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

export const READ_LOGIN_REQUEST = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  {}
-- returns  outcome 'moved' when this read made a move that was due by time, else 'refused'
return answer(settle() and 'moved' or 'refused')
`);
