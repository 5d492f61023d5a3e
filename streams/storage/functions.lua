#!lua name=regrade1
-- The only writers of customer state. They check and write; they compute nothing.
-- Keys are catalogued in streams/storage/keys.py; all keys of a call share one slot.

-- claim: KEYS meta, policies; ARGV owner, commit id, partition count, first policy, its text,
--   where facts come from (empty: the programme's own topics), '1' for a partition that was there
--   when the worker looked: one that is gone is not begun anew.
-- From here on a commit that builds on an earlier commit id is refused. A partition that a
-- policy grades already keeps it.
local function claim(keys, args)
  local meta = keys[1]
  local have = redis.call('HGET', meta, 'partitions')
  if not have and args[7] == '1' then return redis.error_reply('GONE') end
  if have and have ~= args[3] then
    return redis.error_reply('PARTITIONS ' .. have)
  end
  local facts, read = args[6] or '', redis.call('HGET', meta, 'facts') or ''
  if have and read ~= facts then return redis.error_reply('FACTS ' .. read) end
  if facts ~= '' then redis.call('HSET', meta, 'facts', facts) end
  redis.call('HSET', meta, 'owner', args[1], 'commit', args[2], 'partitions', args[3])
  redis.call('HSETNX', meta, 'policy', args[4])
  if redis.call('HGET', meta, 'policy') == args[4] and args[5] ~= '' then
    redis.call('HSETNX', keys[2], args[4], args[5])
  end
  redis.call('HINCRBY', meta, 'epoch', 1)
  return redis.call('HGETALL', meta)
end

local function now_ms()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

-- hold: KEYS meta; ARGV milliseconds for which commits are refused; 0 ends it at once.
-- Answers the commit id that stands while it lasts; nil for a partition nobody claimed.
local function hold(keys, args)
  local commit = redis.call('HGET', keys[1], 'commit')
  if not commit then return nil end
  if args[1] == '0' then redis.call('HDEL', keys[1], 'held')
  else redis.call('HSET', keys[1], 'held', string.format('%d', now_ms() + tonumber(args[1]))) end
  return commit
end

local BATCH = 1000 -- unpack() has a limit of some thousand values

-- commit: KEYS meta, due, outbox, counts, erased, reviews, policies, <moves keys>,
--   <customer keys>, <keys of customers gone>;
-- ARGV expected commit id, new commit id, then counted groups, each led by its length:
--   meta fields and values; policies (tag, text); state blobs; customers gone; erased (hash, what is kept);
--   open cases (customer, case); customers without one;
--   due (day, customer); undue customers; outbox (sequence, row); counts (field, increment); per moves key (field, increment).
-- Answers 'applied', 'already' (this very commit was applied before) or 'stale'; an error
-- 'HELD' while an operator reads the partition.
local function commit(keys, args)
  local have = redis.call('HMGET', keys[1], 'commit', 'held')
  if have[1] == args[2] then return 'already' end
  if have[1] ~= args[1] then return 'stale' end
  if have[2] and now_ms() < tonumber(have[2]) then return redis.error_reply('HELD') end
  local at = 3
  local function group()
    local first = at + 1
    at = first + tonumber(args[at])
    return first, at - 1
  end
  local function each_batch(first, last, size, call)
    for from = first, last, size do
      call(unpack(args, from, math.min(from + size - 1, last)))
    end
  end

  local first, last = group()
  redis.call('HSET', keys[1], 'commit', args[2], unpack(args, first, last))
  first, last = group()
  for i = first, last, 2 do redis.call('HSETNX', keys[7], args[i], args[i + 1]) end

  local first_state, last_state = group()
  local first_gone, last_gone = group()
  local gone = last_gone - first_gone + 1
  local first_customer = #keys - gone - (last_state - first_state)
  local pairs_ = {}
  for i = 0, last_state - first_state do
    pairs_[#pairs_ + 1] = keys[first_customer + i]
    pairs_[#pairs_ + 1] = args[first_state + i]
    if #pairs_ == 2 * BATCH then
      redis.call('MSET', unpack(pairs_))
      pairs_ = {}
    end
  end
  if #pairs_ > 0 then redis.call('MSET', unpack(pairs_)) end
  for i = #keys - gone + 1, #keys do redis.call('DEL', keys[i]) end
  each_batch(first_gone, last_gone, BATCH, function(...) redis.call('ZREM', keys[2], ...) end)
  first, last = group()
  for i = first, last, 2 do redis.call('HSET', keys[5], args[i], args[i + 1]) end
  first, last = group()
  each_batch(first, last, 2 * BATCH, function(...) redis.call('HSET', keys[6], ...) end)
  first, last = group()
  each_batch(first, last, BATCH, function(...) redis.call('HDEL', keys[6], ...) end)

  first, last = group()
  each_batch(first, last, 2 * BATCH, function(...) redis.call('ZADD', keys[2], ...) end)
  first, last = group()
  each_batch(first, last, BATCH, function(...) redis.call('ZREM', keys[2], ...) end)
  first, last = group()
  for i = first, last, 2 do
    redis.call('XADD', keys[3], args[i] .. '-0', 'row', args[i + 1])
  end
  first, last = group()
  for i = first, last, 2 do redis.call('HINCRBY', keys[4], args[i], args[i + 1]) end
  for key = 8, first_customer - 1 do
    first, last = group()
    for i = first, last, 2 do redis.call('HINCRBY', keys[key], args[i], args[i + 1]) end
  end
  return 'applied'
end

-- trim: KEYS meta, outbox; ARGV owner, incarnation, last published sequence, incarnation from
--   here on, then pairs of a meta field and the end of an output partition. Never goes back.
-- Answers 'trimmed', or 'stale' to another owner, or when the store was set back: the rows
-- meant are then not the rows that are here.
local function trim(keys, args)
  local have = redis.call('HMGET', keys[1], 'owner', 'incarnation', 'tail', 'head')
  local incarnation, through = have[2] or '0', tonumber(args[3])
  if have[1] ~= args[1] or (incarnation ~= args[2] and incarnation ~= args[4])
    or through > tonumber(have[3] or '0') then
    return 'stale'
  end
  if through > tonumber(have[4] or '0') then redis.call('HSET', keys[1], 'head', args[3]) end
  redis.call('HSET', keys[1], 'incarnation', args[4], unpack(args, 5))
  redis.call('XTRIM', keys[2], 'MINID', string.format('%d-0', through + 1))
  return 'trimmed'
end

redis.register_function('regrade1_claim', claim)
redis.register_function('regrade1_commit', commit)
redis.register_function('regrade1_trim', trim)
redis.register_function('regrade1_hold', hold)
