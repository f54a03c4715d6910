-- sysbench's side of one payment per request on MariaDB. Each thread is a client with its own connection and writes a
-- line "kind microseconds" per finished request to LOGS/latency.THREAD; kind: 0 first time, 1 replay, 2 conflict.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } moment;
  int clock_gettime(int clock, moment *now);
]]

sysbench.cmdline.options = {
  mix = {"plain, retries (10 % the same again, 1 % the key with another body)", "plain"},
  logs = {"folder for the latencies", "."},
  seed_key = {"digits of a payment booked before the run: what a first retry repeats", ""}
}

local kFirst, kReplay, kConflict = 0, 1, 2
local now = ffi.new("moment")

local function microseconds()
  ffi.C.clock_gettime(1, now)
  return tonumber(now.seconds) * 1e6 + tonumber(now.nanoseconds) / 1e3
end

-- A prepared statement with the parameters of `kinds`: "i" a whole number, "s" text of at most 64 bytes.
local function prepare(sql, kinds)
  local statement, values = connection:prepare(sql), {}
  for kind in kinds:gmatch(".") do
    if kind == "i" then
      values[#values + 1] = statement:bind_create(sysbench.sql.type.BIGINT)
    else
      values[#values + 1] = statement:bind_create(sysbench.sql.type.VARCHAR, 64)
    end
  end
  if #values > 0 then statement:bind_param(unpack(values)) end
  return function(...)
    for i = 1, #values do values[i]:set((select(i, ...))) end
    return statement:execute()
  end
end

function thread_init()
  connection = sysbench.sql.driver():connect()
  log = assert(io.open(string.format("%s/latency.%d", sysbench.opt.logs, sysbench.tid), "w"))
  log:setvbuf("full", 65536)
  book = prepare("select book_payment(?, ?, ?, ?, ?, ?, ?, ?)", "issssiss")
  payment = {merchant = 1, digits = sysbench.opt.seed_key, total = 1000, fingerprint = "fingerprint-1", issuer = "issuer-11",
             approve_no = "12345678"}
end

local function fresh()
  local total = sysbench.rand.uniform(1, 100000) * 10
  local merchant = sysbench.rand.uniform(1, 10000)
  return {
    merchant = merchant,
    digits = string.format("%d%09d%09d", sysbench.rand.uniform(1, 8), sysbench.rand.uniform(0, 999999999),
                           sysbench.rand.uniform(0, 999999999)),
    total = total,
    fingerprint = string.format("fingerprint-%019d", total * 10007 + merchant),
    issuer = "issuer-" .. sysbench.rand.uniform(10, 30),
    approve_no = tostring(sysbench.rand.uniform(10000000, 99999999))
  }
end

local function send(p)
  book(p.merchant, "idem-" .. p.digits, p.fingerprint, "ord-" .. p.digits, "one box of mandarins 3 kg", p.total, p.issuer,
       p.approve_no)
end

local function draw()
  if sysbench.opt.mix ~= "retries" then return kFirst end
  local n = sysbench.rand.uniform(1, 100)
  return n <= 10 and kReplay or n == 11 and kConflict or kFirst
end

function event()
  local kind, body = draw(), payment
  if kind == kFirst then
    payment = fresh()
    body = payment
  elseif kind == kConflict then
    body = {}
    for name, value in pairs(payment) do body[name] = value end
    body.total, body.fingerprint = payment.total + 10, payment.fingerprint .. "x"
  end
  local from = microseconds()
  send(body)
  log:write(string.format("%d %.0f\n", kind, microseconds() - from))
end

function thread_done()
  log:close()
  connection:disconnect()
end
