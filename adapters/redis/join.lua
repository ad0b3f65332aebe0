-- A worker joins those that Redis paces, with what it granted without Redis.
--
-- KEYS: the era, then ledgers. ARGV: an era in case there is none, now, span, patience, then the
-- worker's own ledgers. Of one ask with two grants the later counts. Who was granted meanwhile and
-- does not wait again leaves the queue. Doing it twice changes nothing. Answers the era in force.

local now, span, patience = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local function merge(theirs, ours)
  local grants, grant_at, queue, queue_at = read(theirs)
  local our_grants, our_grant_at, our_queue, our_queue_at = read(ours)
  for _, ask in ipairs(our_grants) do
    if not grant_at[ask] then
      grants[#grants + 1] = ask
    end
    grant_at[ask] = math.max(grant_at[ask] or 0, our_grant_at[ask])
    if not our_queue_at[ask] then
      queue_at[ask] = nil
    end
  end
  for _, ask in ipairs(our_queue) do
    if not queue_at[ask] then
      queue[#queue + 1], queue_at[ask] = ask, our_queue_at[ask]
    end
  end
  return pack(grants, grant_at, queue, queue_at, span, patience)
end

redis.call('SET', KEYS[1], ARGV[1], 'NX')
for number = 2, #KEYS do
  local bytes, ends = merge(redis.call('GET', KEYS[number]), ARGV[number + 3])
  keep(KEYS[number], bytes, ends, now)
end
return redis.call('GET', KEYS[1])
