-- serve.lua: what wrk asks in bench/serve: films of a genre for every person of MovieLens 100K in
-- turn, every genre of the list in turn, so that no two neighbouring requests are the same.
local genres = { "Action", "Comedy", "Drama", "Thriller", "Romance", "Sci-Fi", "Children", "War" }
local number = 0

request = function()
    number = number + 1
    local user = number % 943 + 1
    local genre = genres[number % #genres + 1]
    return wrk.format("GET", "/recommendations?user_id=" .. user .. "&genre=" .. genre)
end

done = function(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("%.0f requests/s, p50 %.2f ms, p99 %.2f ms, %d failed\n",
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000, failed))
end
