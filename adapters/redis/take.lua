-- The rate rule of domain/rate.py, line for line; a test holds the two against each other.
--
-- KEYS: the era, then a ledger for each recipient.
-- ARGV: the era that the caller knows, now, span, fresh, patience, out of order, limit, then the
-- asks of each recipient. Durations and instants are microseconds.
-- Answers an instant for each ask: of its grant, or below zero of its forecast. In another era it
-- answers {that era} and does nothing.

local era = ARGV[1]
local now, span, fresh = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local patience, disorder = tonumber(ARGV[5]), tonumber(ARGV[6])
local limit = tonumber(ARGV[7])

local function as_of(bytes)
  local granted, granted_at, queued, queued_at = read(bytes)
  local latest = now + disorder
  local grants, grant_at, queue, queue_at = {}, {}, {}, {}
  for _, ask in ipairs(granted) do
    local at = granted_at[ask]
    if now < at + span then
      grants[#grants + 1], grant_at[ask] = ask, at <= latest and at or now
    end
  end
  for _, ask in ipairs(queued) do
    local at = queued_at[ask]
    if now < at + patience then
      local longest = latest + (math.floor(#queue / limit) + 1) * span
      queue[#queue + 1], queue_at[ask] = ask, math.min(at, longest)
    end
  end
  return grants, grant_at, queue, queue_at
end

-- Each ask once: those with a place in the queue by their places, then the newcomers.
local function in_order(asks, places)
  local seen, waiting, newcomers = {}, {}, {}
  for from = 1, #asks, 20 do
    local ask = asks:sub(from, from + 19)
    if not seen[ask] then
      seen[ask] = true
      local list = places[ask] and waiting or newcomers
      list[#list + 1] = ask
    end
  end
  table.sort(waiting, function(one, other) return places[one] < places[other] end)
  for _, ask in ipairs(newcomers) do
    waiting[#waiting + 1] = ask
  end
  return waiting
end

local function slot(place, grants, grant_at)
  local ends = {}
  for number, ask in ipairs(grants) do
    ends[number] = grant_at[ask] + span
  end
  table.sort(ends)
  local free = math.max(0, limit - #ends)
  local turn = place % limit
  local from = turn < free and now or ends[turn - free + 1]
  return from + math.floor(place / limit) * span
end

local function take(bytes, asks)
  local grants, grant_at, queue, queue_at = as_of(bytes)
  local places, waiting, passed, verdicts = {}, #queue, 0, {}
  for number, ask in ipairs(queue) do
    places[ask] = number - 1
  end
  for _, ask in ipairs(in_order(asks, places)) do
    local standing = grant_at[ask]
    if standing and standing <= now and now - standing <= fresh then
      verdicts[ask] = standing
    else
      local others = #grants - (standing and 1 or 0)
      local ahead = standing and 0 or (places[ask] and places[ask] - passed or waiting)
      if others + ahead < limit then
        if not standing then
          grants[#grants + 1] = ask
        end
        grant_at[ask] = now
        if queue_at[ask] then
          queue_at[ask], waiting, passed = nil, waiting - 1, passed + 1
        end
        verdicts[ask] = now
      else
        local forecast = slot(ahead, grants, grant_at)
        if not queue_at[ask] then
          queue[#queue + 1], waiting = ask, waiting + 1
        end
        queue_at[ask] = forecast
        verdicts[ask] = -forecast
      end
    end
  end
  local bytes_after, ends = pack(grants, grant_at, queue, queue_at, span, patience)
  return verdicts, bytes_after, ends
end

local packed_now = struct.pack('>d', now)

-- The usual case, without taking the ledger apart: one newcomer, nobody who waits, and room. The
-- ledger afterwards, or nothing where it is another case.
local function take_at_once(bytes, ask)
  local count = struct.unpack('>I4', bytes)
  if #ask ~= 20 or #bytes ~= 4 + 28 * count or bytes:find(ask, 5, true) then
    return nil
  end
  local over = 0
  for number = 1, count do
    local at = struct.unpack('>d', bytes, 28 * number - 3)
    if at > now then
      return nil
    elseif now >= at + span then
      if over < number - 1 then
        return nil
      end
      over = number
    end
  end
  if count - over >= limit then
    return nil
  end
  return struct.pack('>I4', count - over + 1) .. bytes:sub(5 + 28 * over) .. ask .. packed_now
end

local found = redis.call('MGET', unpack(KEYS))
if found[1] ~= era then
  return {found[1] or ''}
end
local answers = {}
for number = 2, #KEYS do
  local asks = ARGV[number + 6]
  local at_once = take_at_once(found[number] or '\0\0\0\0', asks)
  if at_once then
    keep(KEYS[number], at_once, now + span, now)
    answers[#answers + 1] = packed_now
  else
    local verdicts, bytes, ends = take(found[number], asks)
    keep(KEYS[number], bytes, ends, now)
    for from = 1, #asks, 20 do
      answers[#answers + 1] = struct.pack('>d', verdicts[asks:sub(from, from + 19)])
    end
  end
end
return table.concat(answers)
