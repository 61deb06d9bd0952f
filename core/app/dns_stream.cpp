#include "app/dns_stream.h"

#include <algorithm>

#include "util/bytes.h"

namespace tapstack::app {

void DnsStream::open(Stack& stack, Instant now, const Endpoint& server,
                     std::span<const uint8_t> query) {
  close(stack, now);
  store_be16(query_.data(), static_cast<uint16_t>(query.size()));
  std::ranges::copy(query, query_.begin() + kLengthBytes);
  query_bytes_ = static_cast<uint16_t>(kLengthBytes + query.size());
  sent_ = message_bytes_ = 0;
  length_bytes_ = 0;
  state_ = DnsStreamState::kFailed;
  const auto opened = api::open(stack, now, server.address.family(), SocketKind::kTcp, 0);
  if (!opened.ok()) return;
  socket_ = *opened;
  const Status connected = api::connect(stack, now, socket_, server);
  state_ = DnsStreamState::kBusy;
  if (!connected.ok() && connected.error() != Error::kInProgress) {
    end(stack, now, DnsStreamState::kFailed);
  }
}

void DnsStream::close(Stack& stack, Instant now) { end(stack, now, DnsStreamState::kClosed); }

DnsStreamState DnsStream::end(Stack& stack, Instant now, DnsStreamState state) {
  if (state_ == DnsStreamState::kBusy) api::close(stack, now, socket_).ignore();
  return state_ = state;
}

DnsStreamState DnsStream::poll(Stack& stack, Instant now, std::span<uint8_t> room) {
  if (state_ != DnsStreamState::kBusy) return state_;
  const Readiness readiness = api::readiness(stack, socket_);
  if (readiness.has(Readiness::kError)) return end(stack, now, DnsStreamState::kFailed);
  if (sent_ < query_bytes_) {
    return readiness.has(Readiness::kWritable) ? send(stack, now) : state_;
  }
  return receive(stack, now, room);
}

DnsStreamState DnsStream::send(Stack& stack, Instant now) {
  const ConstBytes parts[] = {std::span(query_).first(query_bytes_).subspan(sent_)};
  const auto sent = api::send(stack, now, socket_, parts, {}, {});
  if (sent.ok()) {
    sent_ = static_cast<uint16_t>(sent_ + *sent);
  } else if (sent.error() != Error::kWouldBlock) {
    end(stack, now, DnsStreamState::kFailed);
  }
  return state_;
}

DnsStreamState DnsStream::receive(Stack& stack, Instant now, std::span<uint8_t> room) {
  while (true) {
    const size_t length = load_be16(length_.data());
    const bool has_length = length_bytes_ == kLengthBytes;
    if (has_length && length > room.size()) return end(stack, now, DnsStreamState::kFailed);
    if (has_length && message_bytes_ == length) return end(stack, now, DnsStreamState::kComplete);
    const Bytes parts[] = {has_length ? room.first(length).subspan(message_bytes_)
                                      : std::span<uint8_t>(length_).subspan(length_bytes_)};
    const auto got = api::receive(stack, now, socket_, parts, {}, nullptr);
    if (!got.ok() && got.error() == Error::kWouldBlock) return state_;
    if (!got.ok() || *got == 0) return end(stack, now, DnsStreamState::kFailed);
    if (has_length) {
      message_bytes_ = static_cast<uint16_t>(message_bytes_ + *got);
    } else {
      length_bytes_ = static_cast<uint8_t>(length_bytes_ + *got);
    }
  }
}

}  // namespace tapstack::app
