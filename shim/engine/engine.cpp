#include "shim/engine/engine.h"

#include <sched.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/private_fds.h"
#include "shim/common/quiet.h"
#include "shim/engine/accept_tokens.h"
#include "shim/engine/clock.h"
#include "shim/engine/datagram_pump.h"
#include "shim/engine/packet_ring.h"
#include "shim/engine/requests.h"
#include "shim/engine/slot_life.h"
#include "shim/engine/stream_pump.h"
#include "shim/netlink/serve.h"
#include "tapif/device_holder.h"

namespace tapstack::shim {
namespace {

// Rounds of one turn: loopback traffic goes back and forth within it.
constexpr int kRoundsMax = 8;
// How often the thread offers the processor to callers who wait for the lock.
constexpr int kYieldsMax = 100;
// A keeper outlives its last program by the time that its connections take to end.
constexpr int kKeeperLeavesTries = 200;
constexpr long kKeeperLeavesPauseNs = 10'000'000;
// How often to look whether the kernel has forgotten the thread.
constexpr int kEndLooks = 10'000;
// How often the first socket looks whether there is an address.
constexpr long kAddressLookNs = 10'000'000;
constexpr const char* kKeeperCommand = "tapstack-keeper";

tapif::Failure system_failure(int error, const char* what) {
  return {error, std::string(what) + ": " + std::strerror(error)};
}

// Opens the device; waits, for two seconds at most, while a keeper that has it open is leaving.
tapif::Opened open_when_free(const tapif::DeviceSettings& wanted) {
  tapif::Opened opened = tapif::open_device(wanted);
  for (int tries = 0; opened.failure.error == EBUSY && tries < kKeeperLeavesTries; ++tries) {
    const std::string holder = tapif::find_device_holder(wanted.tap.name).command;
    if (!holder.empty() && holder != kKeeperCommand) break;
    const timespec pause{0, kKeeperLeavesPauseNs};
    ::nanosleep(&pause, nullptr);
    opened = tapif::open_device(wanted);
  }
  return opened;
}

void pump_slot(Works& works, Slot& slot) {
  if (slot.phase == SlotPhase::kNetlink) return netlink::pump(works, slot);
  if (!slot.is_stream()) return pump_datagrams(works, slot);
  if (slot.phase == SlotPhase::kListening && !slot.is_hung_up) return issue_tokens(works, slot);
  pump_stream(works, slot);
}

}  // namespace

Engine::Started Engine::start(const Settings& settings) {
  const sys::Passthrough passthrough;
  tapif::DeviceSettings wanted = settings.device;
  wanted.tap.fd_floor = private_fds::floor();
  tapif::Opened opened = open_when_free(wanted);
  if (opened.failure) return {nullptr, std::move(opened.failure)};
  private_fds::adopt_at_floor();
  return start(settings, std::move(opened.device));
}

Engine::Started Engine::start(const Settings& settings, std::unique_ptr<tapif::Device> device) {
  const Quiet quiet;
  std::unique_ptr<Engine> engine(new Engine);
  tapif::Failure failure = engine->set_up(settings, std::move(device));
  if (failure) {
    engine.reset();
  } else {
    engine->await_address();
  }
  return {std::move(engine), std::move(failure)};
}

tapif::Failure Engine::set_up(const Settings& settings, std::unique_ptr<tapif::Device> device) {
  token_ = EngineToken::random();
  const uint64_t* seed = settings.seed ? &*settings.seed : nullptr;
  if (const int error = memory_.create(seed)) {
    return system_failure(error, "no memory for the stack");
  }
  api::set_ecn_mode(memory_.stack(), settings.ecn);
  api::set_tcp_default(memory_.stack(), clock_now(), Option::kCongestion,
                       static_cast<int64_t>(settings.congestion))
      .ignore();
  if (const int error = watch_.open()) return system_failure(error, "no descriptors to wait on");
  works_ = std::unique_ptr<Works>(
      new Works{memory_.stack(), slots_, watch_, scratch_, token_, netlink_, clock_now()});
  link_ = std::make_unique<Link>(std::move(device));
  tapif::Failure failure = link_->set_up(memory_.stack(), watch_, works_->now, settings);
  if (failure) return failure;
  failure =
      clients_.start(memory_.stack(), works_->now, link_->interface(), link_->info().mac, settings);
  if (failure) return failure;
  name_servers_.configure(settings, link_->interface());
  turn();
  return start_thread();
}

tapif::Failure Engine::start_thread() {
  is_stopping_.store(false);
  if (const int error = pthread_create(&thread_, nullptr, run_thread, this)) {
    return system_failure(error, "no thread for the stack");
  }
  has_thread_ = true;
  return {};
}

void Engine::stop_thread() {
  if (!has_thread_) return;
  is_stopping_.store(true);
  watch_.wake();
  pthread_join(thread_, nullptr);
  has_thread_ = false;
  // The kernel counts a thread for a moment after its end, and refuses what several may not.
  const long process = sys::call(SYS_getpid);
  for (int i = 0; i < kEndLooks; ++i) {
    if (sys::call(SYS_tgkill, process, thread_id_.load(), 0) != 0) return;
    sched_yield();
  }
}

void Engine::await_address() {
  const Instant begin = clock_now();
  while (true) {
    lock();
    const bool is_waiting = clients_.is_waiting();
    const Duration waited = clock_now() - begin;
    const bool is_over = waited >= clients_.patience();
    if (is_waiting && is_over) clients_.report_silence(waited);
    unlock();
    if (!is_waiting || is_over) return;
    const timespec pause{0, kAddressLookNs};
    ::nanosleep(&pause, nullptr);
  }
}

Engine::~Engine() {
  stop_thread();
  size_t n = 0;
  while (Slot* slot = slots_.next(n)) finish_close(*works_, *slot);
}

void* Engine::run_thread(void* self) {
  pthread_setname_np(pthread_self(), "tapstack");
  const Quiet quiet;
  auto& engine = *static_cast<Engine*>(self);
  engine.thread_id_.store(static_cast<int>(sys::call(SYS_gettid)));
  engine.run();
  return nullptr;
}

void Engine::run() {
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    watch_.sleep();
    pthread_mutex_lock(&mutex_);
    if (!has_moved_ && !is_stopping_.load(std::memory_order_relaxed)) turn();
    pthread_mutex_unlock(&mutex_);
    if (is_knocked_.exchange(false)) answer_knock();
    // A mutex goes to who runs, not to who waits: without this a busy thread would starve callers.
    for (int i = 0; i < kYieldsMax && waiting_.load(std::memory_order_relaxed) > 0; ++i)
      sched_yield();
  }
}

void Engine::answer_knock() {
  void (*const answer)() = on_knock_.load();
  if (answer != nullptr) answer();
}

void Engine::listen_at(int rendezvous, void (*on_knock)()) {
  lock();
  rendezvous_ = rendezvous;
  on_knock_.store(on_knock);
  if (on_knock != nullptr) watch_.add_rendezvous(rendezvous);
  unlock();
}

void Engine::forget_rendezvous() {
  if (rendezvous_ >= 0) watch_.remove_rendezvous(rendezvous_);
  private_fds::close(rendezvous_);
  rendezvous_ = -1;
}

void Engine::lock() {
  waiting_.fetch_add(1, std::memory_order_relaxed);
  pthread_mutex_lock(&mutex_);
  waiting_.fetch_sub(1, std::memory_order_relaxed);
}

void Engine::unlock() { pthread_mutex_unlock(&mutex_); }

void Engine::call(const Request& request, Reply& reply, int& fd_out) {
  const Quiet quiet;
  lock();
  if (has_moved_) {
    reply.error = kMoved;
    fd_out = -1;
  } else {
    serve(request, reply, fd_out);
  }
  unlock();
}

size_t Engine::open_sockets() {
  const Quiet quiet;
  lock();
  size_t count = 0;
  size_t n = 0;
  while (const Slot* slot = slots_.next(n)) count += slot->is_closing ? 0 : 1;
  unlock();
  return count;
}

void Engine::serve(const Request& request, Reply& reply, int& fd_out) {
  reply.error = 0;
  reply.payload_bytes = 0;
  reply.value = 0;
  fd_out = -1;
  const Effect effect = effect_of(request.op);
  if (effect == Effect::kNeedsHangUps) turn();
  works_->now = clock_now();
  if (request.op == Op::kOpen || request.op == Op::kConnect) {
    link_->revive(works_->stack, watch_, works_->now);
  }
  if (request.op == Op::kHello) {
    describe_engine(*works_, link_->info().name.c_str(), reply);
  } else if (request.op == Op::kNameServers) {
    reply.error = answer(reply, name_servers_.record(works_->stack, works_->now, clients_));
  } else if (request.op == Op::kOpen && link_->is_gone() && request.args[0] != AF_NETLINK) {
    reply.error = ENETDOWN;
  } else {
    serve_request(*works_, request, reply, fd_out);
  }
  if (link_->is_gone() && reply.error == ENETUNREACH) reply.error = ENETDOWN;
  if (effect != Effect::kNone) turn();
  if (request.op == Op::kDrain) reply.value = is_drained(*works_) && link_->is_drained();
}

void Engine::turn() {
  for (int round = 0; round < kRoundsMax && turn_once(); ++round) {
  }
  netlink_.monitor().on_work(*works_);
  arm();
}

bool Engine::turn_once() {
  Stack& stack = works_->stack;
  const Instant now = works_->now = clock_now();
  const Watch::Found found = watch_.take(slots_);
  bool is_busy = false;
  const bool was_gone = link_->is_gone();
  if (found.is_knocked) is_knocked_.store(true);
  if (found.device_changed) link_->check_status(stack, watch_, now);
  if (found.device_readable || link_->next_deadline() <= now) {
    is_busy |= link_->input(stack, watch_, now);
  }
  if (api::next_deadline(stack) <= now) {
    api::poll(stack, now);
    is_busy = true;
  }
  clients_.poll(stack, now);
  if (found.deadline) look_at_rings(*works_);
  is_busy |= pump();
  is_busy |= link_->output(stack, watch_, now);
  if (link_->is_gone() && !was_gone) {
    fail_datagrams(*works_, Error::kNetworkDown);
    is_busy = true;
  }
  return is_busy;
}

bool Engine::pump() {
  SocketId id;
  while (api::next_event(works_->stack, id)) {
    if (Slot* slot = slots_.find(id)) slots_.enqueue(*slot);
  }
  const size_t count =
      slots_.queued();  // those that queue themselves again wait for the next round
  for (size_t i = 0; i < count; ++i) {
    if (Slot* slot = slots_.dequeue()) pump_slot(*works_, *slot);
  }
  return count > 0;
}

void Engine::arm() {
  const Instant deadline =
      std::min({api::next_deadline(works_->stack), link_->next_deadline(), clients_.next_deadline(),
                next_ring_look(*works_), netlink_.monitor().next_deadline()});
  watch_.set_deadline(slots_.queued() > 0 ? works_->now : deadline);
}

}  // namespace tapstack::shim
