#include "shim/names/exchange.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "shim/engine/clock.h"
#include "shim/names/server_sockets.h"

namespace tapstack::shim::names {
namespace {

using app::DnsExchangeState;

// One exchange and its sockets.
class Conversation {
 public:
  explicit Conversation(Exchange& exchange)
      : exchange_(exchange), sockets_(exchange.protocol.settings().servers.span()) {}

  bool is_over() const { return exchange_.protocol.state() != DnsExchangeState::kAsking; }
  Instant next_deadline() const { return exchange_.protocol.next_deadline(); }

  // Sends what is due.
  void act(Instant now) {
    std::array<uint8_t, wire::kDnsQueryBytesMax> message;
    while (true) {
      const app::DnsOutput due = exchange_.protocol.poll(now, message);
      if (due.bytes == 0) return;
      const auto bytes = std::span(message).first(due.bytes);
      const bool is_sent = due.by_stream ? sockets_.begin_stream(due.server, bytes)
                                         : sockets_.send_datagram(due.server, bytes);
      if (!is_sent) exchange_.protocol.on_unreachable(now, due.server);
    }
  }
  void watch(std::vector<pollfd>& fds) const { sockets_.watch(fds); }
  // Takes in what has come.
  void take(Instant now) {
    while (!is_over()) {
      const Arrival arrival = sockets_.receive();
      if (arrival.kind == ArrivalKind::kNone) return;
      if (arrival.kind == ArrivalKind::kUnreachable) {
        exchange_.protocol.on_unreachable(now, arrival.server);
      } else if (exchange_.protocol.input(now, arrival.server, arrival.bytes, arrival.by_stream)) {
        exchange_.answer.assign(arrival.bytes.begin(), arrival.bytes.end());
      }
    }
  }

 private:
  Exchange& exchange_;
  ServerSockets sockets_;
};

void wait(const std::vector<Conversation>& all, Instant now) {
  std::vector<pollfd> fds;
  Instant next = Instant::never();
  for (const Conversation& conversation : all) {
    if (conversation.is_over()) continue;
    conversation.watch(fds);
    next = std::min(next, conversation.next_deadline());
  }
  const int64_t us = std::max<int64_t>((next - now).us(), 0);
  ::poll(fds.data(), fds.size(), static_cast<int>((us + 999) / 1000));
}

}  // namespace

void run_exchanges(std::vector<Exchange>& all) {
  std::vector<Conversation> conversations;
  conversations.reserve(all.size());
  for (Exchange& exchange : all) conversations.emplace_back(exchange);
  while (true) {
    const Instant now = clock_now();
    for (Conversation& conversation : conversations) {
      conversation.take(now);
      conversation.act(now);
    }
    if (std::ranges::all_of(conversations, &Conversation::is_over)) return;
    wait(conversations, now);
  }
}

}  // namespace tapstack::shim::names
