// What the answer to a question says: where its chain of aliases ends, whether there is data, and
// for how long that holds (RFC 1034 4.3.2, 5.3.3; RFC 2308).
#pragma once

#include <cstdint>
#include <optional>

#include "wire/dns.h"

namespace tapstack::app {

enum class DnsOutcome : uint8_t {
  kFound,
  kNoData,   // the name exists, without records of the type (RFC 2308 2.2)
  kNoName,   // it does not exist (RFC 2308 2.1)
  kTrouble,  // the message is damaged, its aliases go in circles, or the server refuses
};

struct DnsFound {
  DnsOutcome outcome = DnsOutcome::kTrouble;
  wire::DnsName canonical;  // where the chain ends
  uint32_t ttl_s = 0;       // how long it may be kept, also of kNoData and kNoName; 0: not at all
};

// Reads what `message` answers to `question`. That it is an answer to it is the caller's business.
DnsFound read_dns_answer(const wire::DnsView& message, const wire::DnsQuestion& question);

// The alias record of `name`, if there is one: its target.
struct DnsAlias {
  wire::DnsName target;
  uint32_t ttl_s = 0;
};
std::optional<DnsAlias> find_dns_alias(const wire::DnsView& message, const wire::DnsName& name);

// Walks over the records that answer: of the type asked for, owned by the canonical name.
class DnsAnswerWalk {
 public:
  DnsAnswerWalk(const wire::DnsView& message, const wire::DnsName& canonical, wire::DnsType type)
      : walk_(message), canonical_(canonical), type_(type) {}
  std::optional<wire::DnsRecord> next();
  bool is_whole() const { return walk_.is_whole(); }

 private:
  wire::DnsRecordWalk walk_;
  wire::DnsName canonical_;
  wire::DnsType type_;
};

}  // namespace tapstack::app
