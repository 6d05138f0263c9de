// How a script tells the time: by Redis' clock, so that nodes with different clocks agree.

/** Redis' time as milliseconds in `now`, one reading per script, and a way to write it. */
export const LUA_NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Lua's own conversion would write large numbers as 1e+12.
local function digits(number) return string.format('%.0f', number) end
`;
