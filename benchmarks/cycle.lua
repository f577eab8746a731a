-- For wrk: ask for the paths in a file, one a line, over and over. wrk ... URL -- FILE
local requests, last = {}, 0

function init(args)
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end
