#include "app/serving/serving.h"

#include <chrono>
#include <utility>

#include "app/thread_name.h"

namespace wonjang {
namespace {

// How often somebody looks whether another generation has taken over, which has to be warmed too.
constexpr auto kWarmAgain = std::chrono::seconds(5);

projection::RunnerListener listener_for(const std::function<void(const std::string&)>& log) {
  projection::RunnerListener out;
  if (!log) return out;
  out.log = log;
  out.differed = [log](const projection::Difference&) {
    log("the views that were in use differ from those rebuilt from the log, which took over");
  };
  return out;
}

projection::ProjectionFactory factory_of(const EventLog& log, const ServingPorts& ports,
                                         const std::vector<serving::CubeSpec>& cubes) {
  const serving::ViewsPorts views_ports{log, ports.codec, ports.forms};
  return [views_ports, &cubes] { return std::make_unique<serving::Views>(views_ports, cubes); };
}

}  // namespace

Serving::Serving(ServingOptions options, Ledger& ledger, ServingPorts ports)
    : options_(std::move(options)),
      log_(ledger),
      runner_(log_, factory_of(log_, ports, options_.cubes), ports.places, ports.clock, options_.runner,
              listener_for(options_.log)),
      rebuilds_(runner_),
      verifications_(
          {log_, ports.codec, ports.forms, options_.cubes, runner_, options_.runner.thread_begins}) {}

Result<std::unique_ptr<Serving>> Serving::open(ServingOptions options, Ledger& ledger, ServingPorts ports) {
  std::unique_ptr<Serving> out(new Serving(std::move(options), ledger, ports));
  WJ_CHECK(out->runner_.start());
  out->warmer_ = std::thread([serving = out.get()] {
    name_this_thread("warm-up");
    serving->warm_up();
  });
  return out;
}

Serving::~Serving() { stop(); }

void Serving::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_all();
  if (warmer_.joinable()) warmer_.join();
  verifications_.stop();
  rebuilds_.stop();
  runner_.stop();
}

ServingNow ServingNow::of(projection::View view) {
  auto views = std::dynamic_pointer_cast<const serving::Views>(view.projection);
  WJ_ASSERT(views != nullptr);
  return ServingNow(std::move(view), std::move(views));
}

Result<ServingNow> Serving::now() const {
  WJ_TRY(auto view, runner_.view());
  return ServingNow::of(std::move(view));
}

// Learns in the background what makes the search of frequent texts cheap, slice by slice.
void Serving::warm_up() {
  for (;;) {
    bool all = true;
    if (const auto view = runner_.view()) {
      auto views = std::dynamic_pointer_cast<serving::Views>(view->projection);
      const auto warmed = views->warm(*view->snapshot);
      all = !warmed || *warmed;
    }
    MutexLock lock(mutex_);
    if (!all && !stopping_) continue;
    stop_asked_.wait_for(mutex_, kWarmAgain, [this]() WJ_REQUIRES(mutex_) { return stopping_; });
    if (stopping_) return;
  }
}

}  // namespace wonjang
