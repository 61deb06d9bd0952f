// A resolver of one question at a time on a Stack: sockets around an exchange with name servers.
//
//   app::Dns dns(settings, seed);
//   dns.ask(stack, now, {*wire::DnsName::from_text("www.example.com"), wire::DnsType::kA});
//   loop: ... after input() and poll() of the stack: dns.poll(stack, now); wait no longer than
//         min(api::next_deadline(stack), dns.next_deadline()) ... until dns.state() is not kAsking;
//   then read_dns_answer() and DnsAnswerWalk on dns.answer(). What a DnsCache knows need not be
//   asked for.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "app/dns_exchange.h"
#include "app/dns_stream.h"

namespace tapstack::app {

class Dns {
 public:
  // The longest answer that is taken; settings that say more over EDNS are cut to it.
  static constexpr size_t kMessageBytes = 1232;

  Dns() = default;
  Dns(const DnsSettings& settings, Random::Seed seed);

  // Begins to ask, in place of what was asked before. Errors: those of api::open().
  Status ask(Stack& stack, Instant now, const wire::DnsQuestion& question);
  // Takes in answers and sends what is due.
  void poll(Stack& stack, Instant now);
  Instant next_deadline() const { return exchange_.next_deadline(); }
  // Gives up what was asked, and the sockets.
  void cancel(Stack& stack, Instant now);

  DnsExchangeState state() const { return exchange_.state(); }
  // kAnswered: the message; else nothing.
  std::span<const uint8_t> answer() const { return std::span(message_).first(message_bytes_); }

 private:
  void take_datagrams(Stack& stack, Instant now);
  void take_stream(Stack& stack, Instant now);
  void take(Instant now, uint8_t server, size_t bytes, bool by_stream);
  void send_due(Stack& stack, Instant now);
  bool send(Stack& stack, Instant now, std::span<const uint8_t> message, const Endpoint& server);
  void close(Stack& stack, Instant now);

  DnsSettings settings_;
  Random random_;
  DnsExchange exchange_;
  SocketId datagrams_;
  bool is_open_ = false;  // datagrams_ is
  DnsStream stream_;
  uint8_t stream_server_ = 0;
  uint16_t message_bytes_ = 0;
  std::array<uint8_t, kMessageBytes> message_{};
};

}  // namespace tapstack::app
