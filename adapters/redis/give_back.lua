-- KEYS: a ledger for each recipient. ARGV: the asks of each, whose grants or places go unused.

for number, key in ipairs(KEYS) do
  local bytes = redis.call('GET', key)
  if bytes then
    local grants, grant_at, queue, queue_at = read(bytes)
    local asks = ARGV[number]
    for from = 1, #asks, 20 do
      local ask = asks:sub(from, from + 19)
      grant_at[ask], queue_at[ask] = nil, nil
    end
    local after = pack(grants, grant_at, queue, queue_at, 0, 0)
    if #after == 4 then
      redis.call('DEL', key)
    else
      redis.call('SET', key, after, 'KEEPTTL')
    end
  end
end
