-- KEYS: a mark for each notification. ARGV: for how many milliseconds, then the marks.

for number, key in ipairs(KEYS) do
  redis.call('SET', key, ARGV[number + 1], 'PX', ARGV[1])
end
