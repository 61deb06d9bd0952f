#include "tests/sim/stream.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace tapstack::sim {
namespace {

constexpr Duration kRetry = Duration::s(1);  // after a local want of memory

bool is_want_of_memory(Error error) {
  return error == Error::kNoBuffers || error == Error::kAddressNotAvailable ||
         error == Error::kTooManySockets || error == Error::kNoMemory;
}

}  // namespace

uint8_t stream_byte(uint64_t key, int side, uint64_t position) {
  if (side == kClient && position < kKeyBytes) {
    return static_cast<uint8_t>(key >> (8 * position));
  }
  const uint64_t word = mix(key + static_cast<uint64_t>(side) * 0x1234567u + position / 8);
  return static_cast<uint8_t>(word >> (8 * (position % 8)));
}

StreamEnd::StreamEnd(World& world, const Conversation& conversation)
    : world_(world), conversation_(conversation), side_(kClient) {
  wake_at(conversation.start);
}

StreamEnd::StreamEnd(World& world, const Conversation& conversation, SocketId id, Instant now)
    : world_(world),
      conversation_(conversation),
      side_(kServer),
      id_(id),
      is_connected_(true),
      received_(kKeyBytes) {
  world_.assign(host(), id, this);
  guard(now, id);
  wake_at(now);
}

// A RST may get lost: who waits for an end that aborts has to ask now and then.
void StreamEnd::guard(Instant now, SocketId id) {
  if (!conversation_.plans[1 - side_].aborts) return;
  api::set_option(stack(), now, id, Option::kKeepAlive, 1).ignore();
  api::set_option(stack(), now, id, Option::kKeepAliveIdleS, 20).ignore();
  api::set_option(stack(), now, id, Option::kKeepAliveIntervalS, 10).ignore();
}

void StreamEnd::on_wake(Instant now) {
  if (is_done()) return;
  if (id_.is_null()) {
    connect(now);
  } else {
    work(now);
  }
}

void StreamEnd::on_event(Instant now, SocketId) {
  if (!is_done()) work(now);
}

void StreamEnd::connect(Instant now) {
  const auto id = api::open(stack(), now, world_.socket_family(), SocketKind::kTcp, 0);
  if (!id.ok()) {
    wake_at(now + kRetry);
    return;
  }
  if (plan().no_delay) api::set_option(stack(), now, *id, Option::kNoDelay, 1).ignore();
  guard(now, *id);
  const Status status =
      api::connect(stack(), now, *id, {world_.host(conversation_.server).address(), kStreamPort});
  if (status.error() == Error::kInProgress) {
    id_ = *id;
    world_.assign(host(), id_, this);
    return;
  }
  api::close(stack(), now, *id).ignore();
  if (is_want_of_memory(status.error())) {
    wake_at(now + kRetry);
  } else {
    finish(now, StreamResult::kWrong,
           "connect: error " + std::to_string(static_cast<int>(status.error())));
  }
}

void StreamEnd::work(Instant now) {
  const Readiness ready = api::readiness(stack(), id_);
  if (!is_connected_) {
    if (ready.has(Readiness::kError)) {
      fail(now, api::take_error(stack(), id_));
      return;
    }
    if (!ready.has(Readiness::kWritable)) return;
    is_connected_ = true;
  }
  if (!transmit(now) || !receive(now)) return;
  if (has_shut_ && has_end_) finish(now, StreamResult::kComplete);
}

Result<size_t> StreamEnd::send_some(Instant now, std::vector<uint8_t>& bytes) {
  if (!plan().in_place) {
    const ConstBytes parts[] = {ConstBytes(bytes).first(bytes.size() / 2),
                                ConstBytes(bytes).subspan(bytes.size() / 2)};
    return api::send(stack(), now, id_, parts, {}, {});
  }
  Bytes spans[16];
  const auto n = api::reserve_send(stack(), id_, bytes.size(), spans);
  if (!n.ok()) return n;
  size_t done = 0;
  for (const Bytes& span : std::span(spans, *n)) {
    const size_t part = std::min(span.size(), bytes.size() - done);
    std::copy_n(bytes.data() + done, part, span.data());
    done += part;
  }
  const Status status = api::commit_send(stack(), now, id_, done);
  if (!status.ok()) return status.error();
  return done;
}

// Sends what there is room for. False when the conversation is over.
bool StreamEnd::transmit(Instant now) {
  std::vector<uint8_t> bytes;
  while (sent_ < plan().bytes) {
    bytes.resize(std::min<uint64_t>(plan().chunk_bytes, plan().bytes - sent_));
    for (size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = stream_byte(conversation_.key, side_, sent_ + i);
    }
    const auto n = send_some(now, bytes);
    if (n.error() == Error::kWouldBlock) return true;
    if (is_want_of_memory(n.error())) {
      wake_at(now + kRetry);
      return true;
    }
    if (!n.ok()) return fail(now, n.error());
    sent_ += *n;
    if (*n == 0) return true;
  }
  if (!has_shut_) {
    has_shut_ = true;
    const Status status = api::shutdown(stack(), now, id_, Shutdown::kSend);
    if (!status.ok() && status.error() != Error::kNotConnected) return fail(now, status.error());
  }
  return true;
}

Result<size_t> StreamEnd::receive_some(Instant now, std::vector<uint8_t>& bytes) {
  if (!plan().in_place) {
    bytes.resize(plan().chunk_bytes);
    const Bytes parts[] = {bytes};
    return api::receive(stack(), now, id_, parts, {}, nullptr);
  }
  ConstBytes spans[8];
  const size_t n = api::peek_spans(stack(), id_, spans);
  bytes.clear();
  for (const ConstBytes& span : std::span(spans, n)) {
    bytes.insert(bytes.end(), span.begin(), span.end());
  }
  if (bytes.empty()) {  // would block, end of stream, or an error: receive() tells
    bytes.resize(1);
    const Bytes parts[] = {bytes};
    return api::receive(stack(), now, id_, parts, {}, nullptr);
  }
  const Status status = api::consume(stack(), now, id_, bytes.size());
  if (!status.ok()) return status.error();
  return bytes.size();
}

bool StreamEnd::check(std::span<const uint8_t> bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != stream_byte(conversation_.key, 1 - side_, received_ + i)) return false;
  }
  return true;
}

// Reads what there is. False when the conversation is over.
bool StreamEnd::receive(Instant now) {
  std::vector<uint8_t> bytes;
  while (!has_end_ && next_read_ <= now) {
    const auto n = receive_some(now, bytes);
    if (n.error() == Error::kWouldBlock) return true;
    if (!n.ok()) return fail(now, n.error());
    if (*n == 0) {
      has_end_ = true;
      if (received_ == expected_bytes()) break;
      finish(now, StreamResult::kWrong, "end of stream at " + std::to_string(received_));
      return false;
    }
    if (!check({bytes.data(), *n})) {
      finish(now, StreamResult::kWrong, "wrong bytes after " + std::to_string(received_));
      return false;
    }
    received_ += *n;
    if (plan().aborts && received_ >= plan().abort_after) {
      api::set_option(stack(), now, id_, Option::kLingerS, 0).ignore();
      finish(now, StreamResult::kAborted);
      return false;
    }
    if (plan().read_pause > Duration()) next_read_ = now + plan().read_pause;
  }
  if (!has_end_) wake_at(next_read_);
  return true;
}

// The connection is over because of `error`. Always false.
bool StreamEnd::fail(Instant now, Error error) {
  const bool is_reset = error == Error::kConnectionReset || error == Error::kBrokenPipe;
  // A client may be connected in its own eyes while the server never found room for it; a server
  // that answers by SYN cookies may find room for a later segment of a client that is gone by then.
  const bool is_turned_away = conversation_.is_crowded && (side_ == kServer || received_ == 0);
  if (is_reset && (conversation_.plans[1 - side_].aborts || is_turned_away)) {
    finish(now, StreamResult::kReset);
  } else if (error == Error::kTimedOut && !world_.is_perfect()) {
    finish(now, StreamResult::kTimedOut);
  } else if (error == Error::kHostUnreachable && !world_.is_perfect()) {
    finish(now, StreamResult::kUnreachable);
  } else {
    finish(now, StreamResult::kWrong, "error " + std::to_string(static_cast<int>(error)));
  }
  return false;
}

void StreamEnd::finish(Instant now, StreamResult result, const std::string& problem) {
  result_ = result;
  problem_ = problem;
  world_.trace().note(now, host(), "%s end of %llx: result %d, %llu sent, %llu received %s",
                      side_ == kClient ? "client's" : "server's",
                      static_cast<unsigned long long>(conversation_.key), static_cast<int>(result),
                      static_cast<unsigned long long>(sent_),
                      static_cast<unsigned long long>(received_), problem.c_str());
  if (id_.is_null()) return;
  world_.assign(host(), id_, nullptr);
  api::close(stack(), now, id_).ignore();
  id_ = {};
}

std::string StreamEnd::describe() const {
  std::string text = side_ == kClient ? "client " : "server ";
  text += std::to_string(conversation_.client) + " -> " + std::to_string(conversation_.server);
  text += is_connected_ ? "" : " not connected";
  text += ": sent " + std::to_string(sent_) + " of " + std::to_string(plan().bytes);
  text += ", received " + std::to_string(received_) + " of " + std::to_string(expected_bytes());
  if (!id_.is_null()) {
    const auto info = api::tcp_info(stack(), world_.now(), id_);
    if (info.ok()) text += ", state " + std::to_string(static_cast<int>(info->state));
    text += ", ready " + std::to_string(api::readiness(stack(), id_).bits);
  }
  return text;
}

StreamListener::StreamListener(World& world, int host,
                               const std::vector<Conversation>& conversations)
    : world_(world), host_(host) {
  for (const Conversation& each : conversations) {
    if (each.server == host) expected_[each.key] = each;
  }
  wake_at(world.now());
}

void StreamListener::on_wake(Instant now) {
  if (is_closed_) return;
  if (id_.is_null()) {
    Stack& stack = world_.stack(host_);
    id_ = *api::open(stack, now, world_.socket_family(), SocketKind::kTcp, 0);
    world_.assign(host_, id_, this);
    api::bind(stack, now, id_, {IpAddress::any(world_.socket_family()), kStreamPort}).ignore();
    api::listen(stack, now, id_, 8).ignore();
  }
  accept_all(now);
}

void StreamListener::on_event(Instant now, SocketId id) {
  if (id == id_) {
    accept_all(now);
  } else {
    read_key(now, id);
  }
}

void StreamListener::accept_all(Instant now) {
  while (!is_closed_) {
    const auto accepted = api::accept(world_.stack(host_), now, id_);
    if (!accepted.ok()) {
      if (accepted.error() != Error::kWouldBlock) wake_at(now + kRetry);
      return;
    }
    world_.assign(host_, accepted->id, this);
    nameless_.insert(accepted->id);
    read_key(now, accepted->id);
  }
}

void StreamListener::read_key(Instant now, SocketId id) {
  Stack& stack = world_.stack(host_);
  uint8_t bytes[kKeyBytes];
  const Bytes parts[] = {bytes};
  const auto peeked = api::receive(stack, now, id, parts, {.peek = true}, nullptr);
  if (peeked.error() == Error::kWouldBlock || (peeked.ok() && *peeked > 0 && *peeked < kKeyBytes)) {
    return;
  }
  world_.assign(host_, id, nullptr);
  nameless_.erase(id);
  uint64_t key = 0;
  if (peeked.ok() && *peeked == kKeyBytes) {
    api::receive(stack, now, id, parts, {}, nullptr).ok();
    for (uint64_t i = 0; i < kKeyBytes; ++i) key |= uint64_t{bytes[i]} << (8 * i);
  }
  const auto expected = expected_.find(key);
  if (expected == expected_.end()) {  // reset before it said who it is
    api::close(stack, now, id).ignore();
    return;
  }
  auto end = std::make_unique<StreamEnd>(world_, expected->second, id, now);
  ends_.push_back(end.get());
  expected_.erase(expected);
  world_.add(std::move(end));
}

void StreamListener::on_over(Instant now) {
  is_closed_ = true;
  nameless_.insert(id_);
  for (const SocketId id : nameless_) {
    world_.assign(host_, id, nullptr);
    api::close(world_.stack(host_), now, id).ignore();
  }
  nameless_.clear();
}

}  // namespace tapstack::sim
