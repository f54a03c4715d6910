// The day settled on PostgreSQL the way a batch does it: read 1,000 transactions with a cursor, compute in
// the client with contracts that were loaded once, insert 1,000 lines with one statement over arrays, commit;
// and so on. Connection string and day as arguments; prints {"seconds":..,"lines":..}. Built by
// bench/settlement.sh; no part of the program.
#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

constexpr int kBatch = 1000;

struct Contract {
  std::int64_t credit_ppm, check_ppm, fixed, minimum;
  int lag_days;
  std::string snapshot;
};

[[noreturn]] void die(PGconn* db, const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, PQerrorMessage(db));
  std::exit(1);
}

PGresult* run(PGconn* db, const std::string& sql) {
  PGresult* result = PQexec(db, sql.c_str());
  const auto status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) die(db, sql.c_str());
  return result;
}
void run_only(PGconn* db, const std::string& sql) { PQclear(run(db, sql)); }

std::int64_t number(const PGresult* rows, int row, int column) {
  return std::strtoll(PQgetvalue(rows, row, column), nullptr, 10);
}

std::unordered_map<std::int64_t, Contract> load_contracts(PGconn* db) {
  std::unordered_map<std::int64_t, Contract> out;
  PGresult* rows = run(
      db,
      "select merchant, credit_ppm, check_ppm, fixed, minimum, lag_days, to_jsonb(c)::text from contract c");
  for (int i = 0; i < PQntuples(rows); ++i) {
    out[number(rows, i, 0)] = {number(rows, i, 1),
                               number(rows, i, 2),
                               number(rows, i, 3),
                               number(rows, i, 4),
                               static_cast<int>(number(rows, i, 5)),
                               PQgetvalue(rows, i, 6)};
  }
  PQclear(rows);
  return out;
}

std::vector<std::string> payout_days(PGconn* db, const std::string& day) {
  std::vector<std::string> out;
  PGresult* rows = run(db, "select day from business_day where day >= '" + day + "' order by n");
  for (int i = 0; i < PQntuples(rows); ++i) out.emplace_back(PQgetvalue(rows, i, 0));
  PQclear(rows);
  return out;
}

// One array literal a column.
struct Columns {
  std::string of[9];
  void add(int column, const std::string& value) {
    of[column].append(of[column].empty() ? "{" : ",").append(value);
  }
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

void settle(const PGresult* rows, int row, const Contract& c, const std::vector<std::string>& days,
            Columns& out) {
  const bool is_cancel = number(rows, row, 1) != 0;
  const std::string card = PQgetvalue(rows, row, 3);
  const std::int64_t amount = number(rows, row, 4);
  const std::int64_t approved = number(rows, row, 5);
  const std::int64_t ppm = card == "CHECK" ? c.check_ppm : c.credit_ppm;
  std::int64_t supply = (approved * ppm + c.fixed * 1'000'000 + 500'000) / 1'000'000;
  if (supply < c.minimum) supply = c.minimum;
  const std::int64_t whole_fee = supply + (supply + 5) / 10;
  const std::int64_t whole_vat = (whole_fee + 5) / 11;
  const std::int64_t fee = (2 * whole_fee * amount + approved) / (2 * approved);
  const std::int64_t vat = (2 * whole_vat * amount + approved) / (2 * approved);
  const std::int64_t sign = is_cancel ? -1 : 1;
  const std::string values[] = {PQgetvalue(rows, row, 2),
                                PQgetvalue(rows, row, 0),
                                PQgetvalue(rows, row, 1),
                                days[static_cast<std::size_t>(c.lag_days)],
                                std::to_string(sign * amount),
                                std::to_string(sign * fee),
                                std::to_string(sign * vat),
                                std::to_string(sign * (amount - fee)),
                                quoted("{\"calculator\":\"1\",\"contract\":" + c.snapshot + ",\"amount\":" +
                                       std::to_string(amount) + ",\"card\":\"" + card + "\"}")};
  for (int i = 0; i < 9; ++i) out.add(i, values[i]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: row_by_row CONNECTION DAY\n");
    return 2;
  }
  const std::string day = argv[2];
  PGconn* reader = PQconnectdb(argv[1]);
  PGconn* writer = PQconnectdb(argv[1]);
  if (PQstatus(reader) != CONNECTION_OK || PQstatus(writer) != CONNECTION_OK) die(reader, "connect");
  const auto began = std::chrono::steady_clock::now();
  const auto contracts = load_contracts(reader);
  const auto days = payout_days(reader, day);
  PQclear(PQprepare(writer, "insert",
                    ("insert into line select '" + day +
                     "', * from unnest($1::int[], $2::bigint[], $3::int[], $4::date[], $5::bigint[], "
                     "$6::bigint[], $7::bigint[], "
                     "$8::bigint[], $9::jsonb[])")
                        .c_str(),
                    9, nullptr));
  run_only(reader, "begin");
  run_only(reader,
           "declare c no scroll cursor for select payment, seq, merchant, card, amount, approved from txn "
           "where day = '" +
               day + "' order by merchant, payment, seq");
  std::uint64_t lines = 0;
  while (true) {
    PGresult* rows = run(reader, "fetch " + std::to_string(kBatch) + " from c");
    const int count = PQntuples(rows);
    if (count == 0) break;
    Columns columns;
    for (int i = 0; i < count; ++i) settle(rows, i, contracts.at(number(rows, i, 2)), days, columns);
    PQclear(rows);
    const char* values[9];
    for (int i = 0; i < 9; ++i) values[i] = columns.of[i].append("}").c_str();
    PGresult* done = PQexecPrepared(writer, "insert", 9, values, nullptr, nullptr, 0);
    if (PQresultStatus(done) != PGRES_COMMAND_OK) die(writer, "insert");
    PQclear(done);
    lines += static_cast<std::uint64_t>(count);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("{\"seconds\":%.2f,\"lines\":%llu}\n", took.count(), static_cast<unsigned long long>(lines));
  return 0;
}
