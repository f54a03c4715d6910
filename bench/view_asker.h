// Asker: what the questions of bench/view_queries.h are asked with: a clock around each, its answer as a
// line.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/serving/plan.h"
#include "must.h"
#include "view_queries.h"

namespace wonjang::bench {

class Asker {
 protected:
  explicit Asker(const ViewQueries& q)
      : q_(q),
        dictionary_(q.views.dictionary()),
        sources_{q.views.merchants(), q.views.forms(), dictionary_.get(), q.views.cubes()} {}

  // Runs `ask` with a fresh snapshot each time, which is part of what an answer costs.
  void time(const std::string& name, const std::function<serving::Reading(const KvSnapshot&)>& ask) const {
    using Clock = std::chrono::steady_clock;
    if (!q_.only.empty() && name.find(q_.only) == std::string::npos) return;
    std::vector<double> ms;
    serving::Reading reading;
    for (std::uint32_t i = 0; i < q_.runs; ++i) {
      const auto start = Clock::now();
      const auto snapshot = q_.store.snapshot();
      reading = ask(*snapshot);
      ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::sort(ms.begin(), ms.end());
    std::printf("query %-28s p50 %8.3f ms  p99 %8.3f ms  rows %llu seeks %llu  (%s)\n", name.c_str(),
                ms[ms.size() / 2], ms[ms.size() * 99 / 100],
                static_cast<unsigned long long>(reading.rows_read),
                static_cast<unsigned long long>(reading.seeks), reading.index.c_str());
  }

  // For comparing with other engines (bench/views.sh): how many, then which.
  void answer(const std::string& name, const std::vector<std::string>& ids) {
    std::string line = name + " " + std::to_string(ids.size());
    for (const auto& id : ids) line.append(" ").append(id);
    answer(std::move(line));
  }
  void answer(std::string line) {
    std::printf("answer %s\n", line.c_str());
    answers_.push_back(std::move(line));
  }

  const ViewQueries& q_;
  const std::shared_ptr<const serving::Dictionary> dictionary_;
  const serving::ListSources sources_;
  std::vector<std::string> answers_;
};

// The questions to the cubes; ask_all() has them too.
std::vector<std::string> ask_totals(const ViewQueries& queries);

}  // namespace wonjang::bench
