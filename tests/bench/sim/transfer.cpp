#include "tests/bench/sim/transfer.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tapstack::bench {
namespace {

// The byte at position p of every stream is byte p % kPatternBytes of this; a prime, so that no
// segment, block or buffer fits into it.
constexpr size_t kPatternBytes = 65'521;
constexpr size_t kSpansMax = 64;
constexpr size_t kPieceBytes = 256 * 1024;

const std::array<uint8_t, kPatternBytes>& pattern() {
  static const auto bytes = [] {
    std::array<uint8_t, kPatternBytes> made{};
    sim::Dice dice(1);
    for (uint8_t& byte : made) byte = static_cast<uint8_t>(dice.next());
    return made;
  }();
  return bytes;
}

void fill(Bytes out, uint64_t position) {
  while (!out.empty()) {
    const size_t at = position % kPatternBytes;
    const size_t n = std::min(out.size(), kPatternBytes - at);
    std::memcpy(out.data(), pattern().data() + at, n);
    out = out.subspan(n);
    position += n;
  }
}

bool is_right(ConstBytes in, uint64_t position) {
  while (!in.empty()) {
    const size_t at = position % kPatternBytes;
    const size_t n = std::min(in.size(), kPatternBytes - at);
    if (std::memcmp(in.data(), pattern().data() + at, n) != 0) return false;
    in = in.subspan(n);
    position += n;
  }
  return true;
}

SocketId new_socket(EndHost& host, Instant now, const TransferSettings& settings) {
  Stack& stack = host.stack();
  const SocketId id = *api::open(stack, now, Family::kIp4, SocketKind::kTcp, 0);
  if (settings.receive_buffer_bytes > 0) {
    api::set_option(stack, now, id, Option::kReceiveBuffer, settings.receive_buffer_bytes).ignore();
  }
  if (settings.send_buffer_bytes > 0) {
    api::set_option(stack, now, id, Option::kSendBuffer, settings.send_buffer_bytes).ignore();
  }
  const auto algorithm = static_cast<int64_t>(*congestion_named(settings.algorithm));
  const Status chosen = api::set_option(stack, now, id, Option::kCongestion, algorithm);
  TAPSTACK_ASSERT(chosen.ok());
  return id;
}

}  // namespace

std::vector<std::string> algorithms() {
  std::vector<std::string> names;
  for (const std::string_view name : transport::tcp::kCongestionNames) {
    if (congestion_named(name)) names.emplace_back(name);
  }
  return names;
}

Transfer::Transfer(Path& path, const TransferSettings& settings)
    : path_(path), settings_(settings) {
  EndHost& host = path.receiver();
  const Instant now = path.now();
  listener_ = new_socket(host, now, settings);
  api::bind(host.stack(), now, listener_, {Ip4Address::any(), Port{settings.port}}).ignore();
  api::listen(host.stack(), now, listener_, 8).ignore();
  path.assign(host, listener_, *this);
}

void Transfer::connect() {
  EndHost& host = path_.sender();
  sender_ = new_socket(host, path_.now(), settings_);
  path_.assign(host, sender_, *this);
  const Status status = api::connect(host.stack(), path_.now(), sender_,
                                     {path_.receiver().address(), Port{settings_.port}});
  if (status.error() != Error::kInProgress) problem_ = "cannot connect";
}

void Transfer::on_event(Instant now) {
  if (!sender_.is_null()) send(now);
  receive(now);
}

void Transfer::set_reading(bool on) {
  is_reading_ = on;
  on_event(path_.now());
}

void Transfer::send(Instant now) {
  Stack& stack = path_.sender().stack();
  const Readiness ready = api::readiness(stack, sender_);
  if (ready.has(Readiness::kError)) {
    const Error error = api::take_error(stack, sender_);
    problem_ = "sender's error " + std::to_string(static_cast<int>(error));
  }
  if (has_end_ && ready.has(Readiness::kReadable)) return finish(now);
  if (has_shut_ || !problem_.empty() || !ready.has(Readiness::kWritable)) return;
  while (sent_ < settings_.bytes) {
    Bytes spans[kSpansMax];
    const size_t wanted = std::min<uint64_t>(settings_.bytes - sent_, kPieceBytes);
    const auto reserved = api::reserve_send(stack, sender_, wanted, spans);
    if (!reserved.ok()) return;
    size_t bytes = 0;
    for (const Bytes& span : std::span(spans, *reserved)) {
      fill(span, sent_ + bytes);
      bytes += span.size();
    }
    api::commit_send(stack, now, sender_, bytes).ignore();
    if (bytes == 0) return;
    sent_ += bytes;
  }
  api::shutdown(stack, now, sender_, Shutdown::kSend).ignore();
  has_shut_ = true;
}

void Transfer::receive(Instant now) {
  Stack& stack = path_.receiver().stack();
  if (receiver_.is_null()) {
    const auto accepted = api::accept(stack, now, listener_);
    if (!accepted.ok()) return;
    receiver_ = accepted->id;
    path_.assign(path_.receiver(), receiver_, *this);
  }
  if (!has_end_ && is_reading_) take_data(now);
}

void Transfer::take_data(Instant now) {
  Stack& stack = path_.receiver().stack();
  while (true) {
    ConstBytes spans[kSpansMax];
    const size_t count = api::peek_spans(stack, receiver_, spans);
    size_t bytes = 0;
    for (const ConstBytes& span : std::span(spans, count)) {
      if (!is_right(span, received_ + bytes))
        problem_ = "wrong bytes at " + std::to_string(received_);
      bytes += span.size();
    }
    if (bytes == 0) break;
    received_ += bytes;
    api::consume(stack, now, receiver_, bytes).ignore();
  }
  if (api::readiness(stack, receiver_).has(Readiness::kReadable)) end_receiver(now);
}

// Readable without data: the end of the stream, or an error.
void Transfer::end_receiver(Instant now) {
  Stack& stack = path_.receiver().stack();
  uint8_t byte = 0;
  const Bytes parts[] = {Bytes(&byte, 1)};
  const auto got = api::receive(stack, now, receiver_, parts, {}, nullptr);
  if (!got.ok()) {
    problem_ = "receiver's error " + std::to_string(static_cast<int>(got.error()));
  } else if (received_ != settings_.bytes) {
    problem_ = "the stream ended after " + std::to_string(received_);
  }
  has_end_ = true;
  api::close(stack, now, receiver_).ignore();
}

// The sender has heard the receiver's end: it has everything.
void Transfer::finish(Instant now) {
  api::close(path_.sender().stack(), now, sender_).ignore();
  api::close(path_.receiver().stack(), now, listener_).ignore();
  sender_ = {};
  is_complete_ = problem_.empty();
}

TcpInfo Transfer::sender_info() const {
  if (sender_.is_null()) return {};
  const auto info = api::tcp_info(path_.sender().stack(), path_.now(), sender_);
  return info.ok() ? *info : TcpInfo();
}

std::string Transfer::describe() const {
  const TcpInfo info = sender_info();
  return "sent " + std::to_string(sent_) + ", received " + std::to_string(received_) + ", state " +
         std::to_string(static_cast<int>(info.state)) + ", cwnd " +
         std::to_string(info.cwnd_bytes) + ", unacknowledged " +
         std::to_string(info.unacked_bytes) + ", rto " + std::to_string(info.rto_us) + " us " +
         problem_;
}

}  // namespace tapstack::bench
