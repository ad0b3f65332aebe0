-- How one recipient's ledger lies in Redis, for every script that touches it.
--
-- The count of its grants (4 bytes), the grants, the queue. An entry is an ask (20 bytes) and its
-- instant (8 bytes): microseconds since 1970 as a double, which is exact until 2255.

local function read(bytes)
  local grants, grant_at, queue, queue_at = {}, {}, {}, {}
  if not bytes then
    return grants, grant_at, queue, queue_at
  end
  local count, place = struct.unpack('>I4', bytes)
  local ask, at
  for number = 1, count do
    ask, at, place = struct.unpack('>c20d', bytes, place)
    grants[number], grant_at[ask] = ask, at
  end
  local last = #bytes
  while place <= last do
    ask, at, place = struct.unpack('>c20d', bytes, place)
    queue[#queue + 1], queue_at[ask] = ask, at
  end
  return grants, grant_at, queue, queue_at
end

-- The bytes, and the instant from which they say nothing any more. Who is in `grants` or `queue`
-- without an instant has left.
local function pack(grants, grant_at, queue, queue_at, span, patience)
  local parts, ends = {}, 0
  for _, ask in ipairs(grants) do
    local at = grant_at[ask]
    if at then
      parts[#parts + 1] = struct.pack('>c20d', ask, at)
      ends = math.max(ends, at + span)
    end
  end
  local count = #parts
  for _, ask in ipairs(queue) do
    local at = queue_at[ask]
    if at then
      parts[#parts + 1] = struct.pack('>c20d', ask, at)
      ends = math.max(ends, at + patience)
    end
  end
  return struct.pack('>I4', count) .. table.concat(parts), ends
end

-- What is over by itself is cleaned up a minute later; no verdict depends on it.
local function keep(key, bytes, ends, now)
  local for_ms = math.max(0, math.ceil((ends - now) / 1000)) + 60000
  redis.call('SET', key, bytes, 'PX', for_ms)
end
