#include "shim/client/engine.h"

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>

#include "shim/client/keeper_carrier.h"
#include "shim/client/keeper_start.h"
#include "shim/client/trace.h"
#include "shim/common/private_fds.h"
#include "shim/common/quiet.h"
#include "shim/engine/clock.h"
#include "shim/engine/engine.h"

namespace tapstack::shim {
namespace {

int own_pid() { return static_cast<int>(sys::call(SYS_getpid)); }

void sleep_us(int64_t us) {
  timespec time{us / 1'000'000, us % 1'000'000 * 1000};
  sys::call(SYS_nanosleep, sys::pointer(&time), 0);
}

// What the program calls: starts the engine when it is first needed, and keeps out who must not
// reach it.
class Client final : public Carrier {
 public:
  void call(const Request& request, Reply& reply, int& fd_out) override;
  bool is_started() const { return is_reachable(); }

 private:
  bool is_reachable() const {
    return carrier_.load(std::memory_order_acquire) != nullptr &&
           pid_.load(std::memory_order_relaxed) == own_pid();
  }
  void answer_unreachable(const Request& request, Reply& reply);
  int start();
  tapif::Failure start_by_settings();
  void drain(Request request, Reply& reply);

  static void before_fork();
  static void after_fork_in_parent();
  static void after_fork_in_child();

  // Owners of what carrier_ points to; never released, since threads of the program may be inside
  // until the process ends.
  Engine* inside_ = nullptr;
  KeeperCarrier* keeper_ = nullptr;
  std::atomic<Carrier*> carrier_{nullptr};
  std::atomic<int> pid_{0};  // the process that may use it
  std::atomic<bool> has_complained_{false};

  pthread_mutex_t start_mutex_ = PTHREAD_MUTEX_INITIALIZER;
  bool has_fork_handlers_ = false;
  int64_t exit_drain_ms_ = 0;
};

// Constant-initialised, so that a hook may come before any constructor; never destroyed, so that
// one may come after all destructors.
union Forever {
  constexpr Forever() : client() {}
  ~Forever() {}
  Client client;
};
constinit Forever forever;

void refuse(Reply& reply, int error) {
  reply.error = error;
  reply.payload_bytes = 0;
  reply.value = 0;
}

// Requests that only make sense for somebody who has an engine, or wants one.
bool starts_engine(Op op) {
  return op == Op::kOpen || op == Op::kInterface || op == Op::kNameServers || op == Op::kHello;
}

bool needs_engine_loudly(Op op) {
  return op == Op::kOpen || op == Op::kBind || op == Op::kListen || op == Op::kConnect ||
         op == Op::kAccept;
}

bool is_fine_without(Op op) { return op == Op::kTakeHangUps || op == Op::kDrain; }

void Client::call(const Request& request, Reply& reply, int& fd_out) {
  fd_out = -1;
  if (!is_reachable()) {
    const bool was_started = carrier_.load(std::memory_order_acquire) != nullptr;
    if (was_started || !starts_engine(request.op)) return answer_unreachable(request, reply);
    if (const int error = start()) return refuse(reply, error);
  }
  if (request.op == Op::kDrain) return drain(request, reply);
  carrier_.load(std::memory_order_acquire)->call(request, reply, fd_out);
  trace_request(request, reply);
}

void Client::answer_unreachable(const Request& request, Reply& reply) {
  if (is_fine_without(request.op)) return refuse(reply, 0);
  const bool is_forked = carrier_.load(std::memory_order_relaxed) != nullptr;
  if (!is_forked || !needs_engine_loudly(request.op)) return refuse(reply, EBADF);
  if (!has_complained_.exchange(true)) {
    log(LogLevel::kError,
        "process %d was forked from %d, which holds the stack, and cannot use it; "
        "TAPSTACK_ENGINE=keeper lets both use it",
        own_pid(), pid_.load(std::memory_order_relaxed));
  }
  refuse(reply, ENETDOWN);
}

int Client::start() {
  const Quiet quiet;
  pthread_mutex_lock(&start_mutex_);
  int error = 0;
  if (!is_reachable()) {
    const tapif::Failure failure = start_by_settings();
    error = failure.error;
    if (failure) log(LogLevel::kError, "%s", failure.message.c_str());
  }
  if (error == 0 && !has_fork_handlers_) {
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    has_fork_handlers_ = true;
  }
  pthread_mutex_unlock(&start_mutex_);
  return error;
}

tapif::Failure Client::start_by_settings() {
  Settings settings;
  if (tapif::Failure failure = read_settings(getenv, settings)) return failure;
  set_log_level(settings.log);
  exit_drain_ms_ = settings.exit_drain_ms;
  private_fds::prepare();
  Carrier* carrier = nullptr;
  if (settings.engine == EnginePlace::kKeeper) {
    const std::string image = find_keeper(settings.keeper);
    if (image.empty()) {
      return {ENOENT, "no tapstack-keeper to be found; say where it is with TAPSTACK_KEEPER"};
    }
    KeeperCarrier::Started started = KeeperCarrier::start(image);
    if (started.failure) return std::move(started.failure);
    keeper_ = started.carrier.release();
    set_own_token(keeper_->token());
    carrier = keeper_;
  } else {
    Engine::Started started = Engine::start(settings);
    if (started.failure) return std::move(started.failure);
    inside_ = started.engine.release();
    set_own_token(inside_->token());
    carrier = inside_;
  }
  pid_.store(own_pid(), std::memory_order_relaxed);
  carrier_.store(carrier, std::memory_order_release);
  return {};
}

// The engine answers at once whether all is out; the waiting is done here, without its lock. A
// keeper sends the rest by itself.
void Client::drain(Request request, Reply& reply) {
  refuse(reply, 0);
  if (keeper_ != nullptr) return;
  const int64_t limit_ms = request.args[0] < 0 ? exit_drain_ms_ : request.args[0];
  const Instant end = clock_now() + Duration::ms(limit_ms);
  constexpr int64_t kPauseMaxUs = 10'000;
  int64_t pause_us = 100;
  int fd = -1;
  while (true) {
    inside_->call(request, reply, fd);
    if (reply.value != 0 || clock_now() >= end) return;
    sleep_us(pause_us);
    pause_us = pause_us * 2 < kPauseMaxUs ? pause_us * 2 : kPauseMaxUs;
  }
}

void Client::before_fork() {
  Client& self = forever.client;
  pthread_mutex_lock(&self.start_mutex_);
  if (!self.is_reachable()) return;
  if (self.inside_ != nullptr) self.inside_->lock();
  if (self.keeper_ != nullptr) self.keeper_->lock();
}

void Client::after_fork_in_parent() {
  Client& self = forever.client;
  if (self.is_reachable()) {
    if (self.inside_ != nullptr) self.inside_->unlock();
    if (self.keeper_ != nullptr) self.keeper_->unlock();
  }
  pthread_mutex_unlock(&self.start_mutex_);
}

// In vfork and posix_spawn this does not run: such a child shares the memory and must change
// nothing; its process id keeps it out.
void Client::after_fork_in_child() {
  Client& self = forever.client;
  if (self.keeper_ != nullptr) {
    self.keeper_->unlock();
    self.keeper_->on_forked_child();
    self.pid_.store(own_pid(), std::memory_order_relaxed);
  } else if (self.inside_ != nullptr) {
    private_fds::close_all();
  }
  self.has_complained_.store(false, std::memory_order_relaxed);
  pthread_mutex_unlock(&self.start_mutex_);
}

}  // namespace

Carrier& engine() { return forever.client; }

bool is_engine_started() { return forever.client.is_started(); }

}  // namespace tapstack::shim
