#include "app/dns.h"

#include <algorithm>

#include "config.h"

namespace tapstack::app {

Dns::Dns(const DnsSettings& settings, Random::Seed seed) : settings_(settings), random_(seed) {
  settings_.edns_payload_bytes =
      std::min<uint16_t>(settings_.edns_payload_bytes, static_cast<uint16_t>(kMessageBytes));
}

// A socket for each question: its port is as hard to guess as the id (RFC 5452 9.2).
Status Dns::ask(Stack& stack, Instant now, const wire::DnsQuestion& question) {
  cancel(stack, now);
  const Family family = kConfig.ip6 ? Family::kIp6 : Family::kIp4;
  const auto opened = api::open(stack, now, family, SocketKind::kUdp, 0);
  if (!opened.ok()) return opened.error();
  datagrams_ = *opened;
  is_open_ = true;
  std::array<uint8_t, Random::kSeedBytes> seed;
  random_.fill(seed);
  exchange_ = DnsExchange(settings_, question, seed);
  poll(stack, now);
  return {};
}

void Dns::poll(Stack& stack, Instant now) {
  if (!is_open_) return;
  take_datagrams(stack, now);
  take_stream(stack, now);
  send_due(stack, now);
  if (state() != DnsExchangeState::kAsking) close(stack, now);
}

void Dns::take(Instant now, uint8_t server, size_t bytes, bool by_stream) {
  if (!exchange_.input(now, server, std::span(message_).first(bytes), by_stream)) return;
  message_bytes_ = static_cast<uint16_t>(bytes);
}

// RFC 5452 9.1: from the address and port that were asked.
void Dns::take_datagrams(Stack& stack, Instant now) {
  const Bytes parts[] = {message_};
  const auto servers = settings_.servers.span();
  while (state() == DnsExchangeState::kAsking) {
    DatagramInfo info;
    const auto got = api::receive(stack, now, datagrams_, parts, {}, &info);
    if (!got.ok()) return;
    const auto from = std::ranges::find(servers, info.peer);
    if (from == servers.end() || info.full_bytes > kMessageBytes) continue;
    take(now, static_cast<uint8_t>(from - servers.begin()), *got, false);
  }
}

void Dns::take_stream(Stack& stack, Instant now) {
  if (state() != DnsExchangeState::kAsking) return;
  const DnsStreamState stream = stream_.poll(stack, now, message_);
  if (stream != DnsStreamState::kComplete && stream != DnsStreamState::kFailed) return;
  const size_t bytes = stream_.bytes();
  stream_.close(stack, now);
  if (stream == DnsStreamState::kComplete) return take(now, stream_server_, bytes, true);
  exchange_.on_unreachable(now, stream_server_);
}

bool Dns::send(Stack& stack, Instant now, std::span<const uint8_t> message,
               const Endpoint& server) {
  DatagramInfo to;
  to.peer = server;
  const ConstBytes parts[] = {message};
  const auto sent = api::send(stack, now, datagrams_, parts, to, {});
  // For want of memory: it goes again in time, as what the network loses.
  return sent.ok() || sent.error() == Error::kWouldBlock;
}

void Dns::send_due(Stack& stack, Instant now) {
  std::array<uint8_t, wire::kDnsQueryBytesMax> message;
  while (true) {
    const DnsOutput due = exchange_.poll(now, message);
    if (due.bytes == 0) return;
    const auto bytes = std::span(message).first(due.bytes);
    const Endpoint& server = settings_.servers.items[due.server];
    if (due.by_stream) {
      stream_server_ = due.server;
      stream_.open(stack, now, server, bytes);
    } else if (!send(stack, now, bytes, server)) {
      exchange_.on_unreachable(now, due.server);
    }
  }
}

void Dns::close(Stack& stack, Instant now) {
  stream_.close(stack, now);
  if (is_open_) api::close(stack, now, datagrams_).ignore();
  is_open_ = false;
}

void Dns::cancel(Stack& stack, Instant now) {
  close(stack, now);
  exchange_ = DnsExchange();
  message_bytes_ = 0;
}

}  // namespace tapstack::app
