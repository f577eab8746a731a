-- For wrk: ask for a path with a query that no request had before. wrk ... URL -- PATH RUN
local path, run, last = "", "", 0

function init(args)
  path, run = args[1], args[2]
end

function request()
  last = last + 1
  return wrk.format("GET", path .. "?x=" .. run .. "-" .. last)
end
