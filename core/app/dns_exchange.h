// One question and the servers that may answer it: which is asked when, over datagrams or a stream,
// and what counts as the answer (RFC 1035 4.2, 7; RFC 5452; schedule and options of
// resolv.conf(5)). Messages in, messages out, and the time; it knows nothing of sockets.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "app/dhcp4_lease.h"
#include "app/dns_answer.h"
#include "util/random.h"
#include "util/time.h"
#include "wire/dns.h"

namespace tapstack::app {

inline constexpr size_t kDnsServersMax = 4;

struct DnsSettings {
  ShortList<Endpoint, kDnsServersMax> servers{};  // in the order in which they are asked
  uint8_t attempts = 2;                           // rounds over all servers, [1, 5]
  uint8_t timeout_s = 5;                          // of the first round, [1, 30]
  bool uses_stream = false;                       // TCP from the beginning ("use-vc")
  uint16_t edns_payload_bytes = 0;                // largest answer by datagram; 0: no EDNS, 512
  bool asks_authentic = false;                    // AD in questions ("trust-ad")
  bool asks_dnssec = false;                       // DO, with EDNS
  bool disables_checking = false;                 // CD
  bool wants_recursion = true;                    // RD
};

enum class DnsExchangeState : uint8_t {
  kAsking,
  kAnswered,  // a server said what there is or that there is nothing: read_dns_answer()
  kFailed,    // none did; trouble() says whether any answered at all
};

// A message to send: `bytes` of the buffer that was given; 0: none.
struct DnsOutput {
  size_t bytes = 0;
  uint8_t server = 0;      // index in DnsSettings::servers
  bool by_stream = false;  // over a new connection, with its length before it (RFC 7766 8)
};

class DnsExchange {
 public:
  DnsExchange() = default;  // has failed: there is nobody to ask
  DnsExchange(const DnsSettings& settings, const wire::DnsQuestion& question, Random::Seed seed);

  // Writes the message that is due; to be called until nothing is. It is to go from a port that
  // nobody can guess, another one for each exchange (RFC 5452 9.2).
  DnsOutput poll(Instant now, std::span<uint8_t, wire::kDnsQueryBytesMax> out);
  // What came from `server`. True: it is the answer, and the caller should keep it. What was not
  // asked for is ignored (RFC 5452 9.1).
  bool input(Instant now, uint8_t server, std::span<const uint8_t> bytes, bool by_stream);
  // Nobody listens there (ICMP), it cannot be reached, or the stream failed: the next one, at once.
  void on_unreachable(Instant now, uint8_t server);
  Instant next_deadline() const { return next_; }

  DnsExchangeState state() const { return state_; }
  const wire::DnsQuestion& question() const { return question_; }
  const DnsSettings& settings() const { return settings_; }
  // kFailed: the code of the last server that had an answer, but none of use; kNoError: no server
  // answered.
  wire::DnsCode trouble() const { return trouble_; }

 private:
  enum class Verdict : uint8_t { kAnswer, kTruncated, kDislikesEdns, kTrouble };
  Verdict judge(const wire::DnsView& message, uint8_t server) const;
  bool is_expected(const wire::DnsView& message, uint8_t server) const;
  wire::DnsQuery query_for(uint8_t server) const;
  Duration timeout() const;
  void ask_next(Instant now);

  DnsSettings settings_;
  wire::DnsQuestion question_;
  std::array<uint16_t, kDnsServersMax> ids_{};
  DnsExchangeState state_ = DnsExchangeState::kFailed;
  wire::DnsCode trouble_ = wire::DnsCode::kNoError;
  uint8_t server_ = 0;  // that is being asked
  uint8_t round_ = 0;
  bool is_out_ = false;  // its question is on the way
  bool by_stream_ = false;
  uint8_t useless_ = 0;       // bit n: server n has said so, or cannot be reached
  uint8_t plain_ = 0;         // bit n: server n does not understand EDNS
  uint8_t was_streamed_ = 0;  // bit n: server n was asked over a stream
  Instant next_ = Instant::never();
};

}  // namespace tapstack::app
