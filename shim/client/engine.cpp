#include "shim/client/engine.h"

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "shim/client/keeper_carrier.h"
#include "shim/client/keeper_start.h"
#include "shim/common/private_fds.h"
#include "shim/common/quiet.h"
#include "shim/common/rendezvous.h"
#include "shim/engine/clock.h"
#include "shim/engine/engine.h"

namespace tapstack::shim {
namespace {

// How long to try to join one who has taken the device's name but lets nobody in yet.
constexpr Duration kJoinPatience = Duration::s(1);
constexpr int64_t kJoinPauseUs = 10'000;

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
  static void before_fork();
  static void after_fork_in_parent();
  static void after_fork_in_child();
  // An engine inside moves out if it has so many open sockets at least.
  void leave_to_others(size_t sockets_min);

 private:
  bool is_reachable() const {
    return carrier_.load(std::memory_order_acquire) != nullptr &&
           pid_.load(std::memory_order_relaxed) == own_pid();
  }
  void answer_unreachable(const Request& request, Reply& reply);
  int start();
  void watch_forks();
  int join(int handle);
  bool join_for(const Request& request);
  tapif::Failure start_own(const Settings& settings);
  tapif::Failure start_inside(const Settings& settings);
  tapif::Failure start_keeper_process();
  void use(KeeperCarrier* keeper);
  bool move_out();
  void leave_home();
  static void on_knock();
  tapif::Failure start_by_settings();
  void drain(Request request, Reply& reply);

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
  std::optional<KeeperLaunch> launch_;  // of a keeper, as the settings were at the start
  std::optional<std::string> device_;
  std::atomic<bool> has_tried_to_join_{false};
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
  return op == Op::kOpen || op == Op::kInterface || op == Op::kNameServers || op == Op::kHello ||
         op == Op::kSockets || op == Op::kCounters;
}

bool needs_engine_loudly(Op op) {
  return op == Op::kOpen || op == Op::kBind || op == Op::kListen || op == Op::kConnect ||
         op == Op::kAccept;
}

// What join() says when whoever was there is not, or is about to go.
bool is_nobody(int error) { return error == ECONNREFUSED || error == ECONNRESET || error == EPIPE; }

bool is_fine_without(Op op) { return op == Op::kTakeHangUps || op == Op::kDrain; }

void Client::call(const Request& request, Reply& reply, int& fd_out) {
  fd_out = -1;
  if (!is_reachable()) {
    const bool was_started = carrier_.load(std::memory_order_acquire) != nullptr;
    const bool may_start = !was_started && starts_engine(request.op);
    if (!may_start && (was_started || !join_for(request))) {
      return answer_unreachable(request, reply);
    }
    if (const int error = start()) return refuse(reply, error);
  }
  if (request.op == Op::kDrain) return drain(request, reply);
  do {
    carrier_.load(std::memory_order_acquire)->call(request, reply, fd_out);
  } while (reply.error == Engine::kMoved);
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
  if (error == 0) watch_forks();
  pthread_mutex_unlock(&start_mutex_);
  return error;
}

void Client::watch_forks() {
  if (has_fork_handlers_) return;
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  has_fork_handlers_ = true;
}

// Somebody has the device already and lets others in: a keeper, or a program whose engine moves to
// a keeper therefore. 0, or an errno: ECONNREFUSED, nobody; ECONNRESET, who is leaving or has died.
int Client::join(int handle) {
  const int channel = join_rendezvous(*device_);
  if (channel < 0) return -channel;
  KeeperCarrier::Started started = KeeperCarrier::over(channel, handle);
  if (started.failure) return started.failure.error;
  use(started.carrier.release());
  return 0;
}

// After exec: an inherited socket is one of an engine that runs elsewhere.
bool Client::join_for(const Request& request) {
  if (request.slot.is_null() || has_tried_to_join_.exchange(true)) return is_reachable();
  const Quiet quiet;
  pthread_mutex_lock(&start_mutex_);
  Settings settings;
  if (!is_reachable() && !read_settings(getenv, settings)) {
    private_fds::prepare();
    device_ = settings.device.identity();
    exit_drain_ms_ = settings.exit_drain_ms;
    join(find_handle(request.slot));
  }
  watch_forks();
  pthread_mutex_unlock(&start_mutex_);
  return is_reachable();
}

void Client::use(KeeperCarrier* keeper) {
  keeper_ = keeper;
  set_own_token(keeper_->token());
  pid_.store(own_pid(), std::memory_order_relaxed);
  carrier_.store(keeper_, std::memory_order_release);
}

tapif::Failure Client::start_by_settings() {
  Settings settings;
  if (tapif::Failure failure = read_settings(getenv, settings)) return failure;
  exit_drain_ms_ = settings.exit_drain_ms;
  private_fds::prepare();
  device_ = settings.device.identity();
  launch_ = KeeperLaunch{find_keeper(settings.keeper), keeper_environment()};
  const Instant end = clock_now() + kJoinPatience;
  tapif::Failure failure;
  for (;;) {
    const int error = join(-1);
    if (error == 0) return {};
    if (!failure || is_nobody(error)) failure = start_own(settings);
    // Of several who start at once one has the name, and lets the others in soon.
    if (failure.error != EADDRINUSE || error == EPERM || clock_now() >= end) return failure;
    sleep_us(kJoinPauseUs);
  }
}

tapif::Failure Client::start_own(const Settings& settings) {
  return settings.engine == EnginePlace::kKeeper ? start_keeper_process() : start_inside(settings);
}

tapif::Failure Client::start_keeper_process() {
  if (launch_->path.empty()) {
    return {ENOENT, "no tapstack-keeper to be found; say where it is with TAPSTACK_KEEPER"};
  }
  KeeperCarrier::Started started = KeeperCarrier::start(*launch_);
  if (!started.failure) use(started.carrier.release());
  return std::move(started.failure);
}

tapif::Failure Client::start_inside(const Settings& settings) {
  const int rendezvous = open_rendezvous(*device_);
  if (rendezvous == -EADDRINUSE) return name_is_taken(*device_);
  Engine::Started started = Engine::start(settings);
  if (started.failure) {
    private_fds::close(rendezvous);
    return std::move(started.failure);
  }
  inside_ = started.engine.release();
  if (rendezvous >= 0) inside_->listen_at(rendezvous, on_knock);
  set_own_token(inside_->token());
  pid_.store(own_pid(), std::memory_order_relaxed);
  carrier_.store(inside_, std::memory_order_release);
  return {};
}

// The engine inside goes to a keeper, with all its connections. With start_mutex_; the engine's
// thread is stopped, or is the caller. False: it stays.
bool Client::move_out() {
  inside_->lock();
  const int image_fd = launch_->path.empty() ? -ENOENT : inside_->write_image();
  bool has_moved = false;
  if (image_fd >= 0) {
    KeeperLaunch launch = *launch_;
    launch.image_fd = image_fd;
    KeeperCarrier::Started started = KeeperCarrier::start(launch);
    if (started.failure) {
      log(LogLevel::kWarn, "the stack stays in process %d: %s", own_pid(),
          started.failure.message.c_str());
      private_fds::close(image_fd);
      inside_->resume();
    } else {
      has_moved = true;
      use(started.carrier.release());
      inside_->abandon();
      private_fds::close_all_but(keeper_->channel());
    }
  }
  Engine* const engine = inside_;
  if (has_moved) inside_ = nullptr;
  engine->unlock();
  return has_moved;
}

// In the engine's thread. Whoever has start_mutex_ now may be waiting for this thread; the knock is
// heard again.
void Client::on_knock() {
  Client& self = forever.client;
  if (pthread_mutex_trylock(&self.start_mutex_) != 0) return;
  if (self.inside_ != nullptr && self.is_reachable() && !self.move_out()) {
    self.inside_->lock();
    self.inside_->forget_rendezvous();
    self.inside_->unlock();
  }
  pthread_mutex_unlock(&self.start_mutex_);
}

// The engine answers at once whether all is out; the waiting is done here, without its lock. A
// keeper sends the rest by itself.
void Client::drain(Request request, Reply& reply) {
  refuse(reply, 0);
  Engine* const inside = inside_;
  if (inside == nullptr) return;
  const int64_t limit_ms = request.args[0] < 0 ? exit_drain_ms_ : request.args[0];
  const Instant end = clock_now() + Duration::ms(limit_ms);
  constexpr int64_t kPauseMaxUs = 10'000;
  int64_t pause_us = 100;
  int fd = -1;
  while (true) {
    inside->call(request, reply, fd);
    if (reply.error == Engine::kMoved) return refuse(reply, 0);
    if (reply.value != 0 || clock_now() >= end) return;
    sleep_us(pause_us);
    pause_us = pause_us * 2 < kPauseMaxUs ? pause_us * 2 : kPauseMaxUs;
  }
}

// Before another process may need the stack. With start_mutex_.
void Client::leave_home() {
  if (inside_ == nullptr) return;
  const Quiet quiet;
  inside_->stop_thread();
  if (!move_out()) inside_->start_thread();
}

void Client::leave_to_others(size_t sockets_min) {
  // _exit() in a signal handler must not wait for what it interrupted.
  if (pthread_mutex_trylock(&start_mutex_) != 0) return;
  if (is_reachable() && inside_ != nullptr && inside_->open_sockets() >= sockets_min) {
    leave_home();
  }
  pthread_mutex_unlock(&start_mutex_);
}

void Client::before_fork() {
  Client& self = forever.client;
  pthread_mutex_lock(&self.start_mutex_);
  if (!self.is_reachable()) return;
  self.leave_home();
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

void before_unseen_fork() { Client::before_fork(); }

void after_unseen_fork(bool is_child) {
  if (is_child) {
    Client::after_fork_in_child();
  } else {
    Client::after_fork_in_parent();
  }
}

Carrier& engine() { return forever.client; }

void leave_engine_to_others() { forever.client.leave_to_others(1); }

void end_engine_thread() { forever.client.leave_to_others(0); }

bool is_engine_started() { return forever.client.is_started(); }

}  // namespace tapstack::shim
