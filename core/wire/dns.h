// DNS messages (RFC 1035 4): questions out, answers in, with the OPT record of EDNS (RFC 6891).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/bytes.h"
#include "wire/dns_name.h"

namespace tapstack::wire {

inline constexpr Port kDnsPort{53};
inline constexpr size_t kDnsHeaderBytes = 12;
inline constexpr size_t kDnsDatagramBytes = 512;  // RFC 1035 2.3.4: without EDNS
inline constexpr uint16_t kDnsClassInternet = 1;
// A question with the longest name, and an OPT record.
inline constexpr size_t kDnsQueryBytesMax = kDnsHeaderBytes + kDnsNameBytesMax + 4 + 11;

enum class DnsType : uint16_t {
  kA = 1,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kSrv = 33,
  kOpt = 41,
  kAny = 255,
};

// RFC 1035 4.1.1.
enum class DnsCode : uint8_t {
  kNoError = 0,
  kFormatError = 1,
  kServerFailure = 2,
  kNameError = 3,  // "NXDOMAIN"
  kNotImplemented = 4,
  kRefused = 5,
};

struct DnsQuestion {
  DnsName name;
  DnsType type = DnsType::kA;
  uint16_t klass = kDnsClassInternet;
  bool operator==(const DnsQuestion&) const = default;
};

struct DnsQuery {
  uint16_t id = 0;
  DnsQuestion question;
  bool wants_recursion = true;
  bool asks_authentic = false;      // AD: "authentic data" is understood (RFC 6840 5.7)
  bool disables_checking = false;   // CD (RFC 4035 3.2.2)
  uint16_t edns_payload_bytes = 0;  // 0: without EDNS
  bool asks_dnssec = false;         // DO, with EDNS only (RFC 3225)
};

// Writes the message and returns its length.
size_t emit(std::span<uint8_t, kDnsQueryBytesMax> out, const DnsQuery& query);
// Reads a standard query of one question, such as emit() writes. Empty: it is none.
std::optional<DnsQuery> parse_dns_query(std::span<const uint8_t> bytes);

class DnsView {
 public:
  // Empty: shorter than a header.
  static std::optional<DnsView> parse(std::span<const uint8_t> bytes);

  std::span<const uint8_t> bytes() const { return bytes_; }
  uint16_t id() const { return load_be16(bytes_.data()); }
  bool is_response() const { return (bytes_[2] & 0x80) != 0; }
  uint8_t opcode() const { return bytes_[2] >> 3 & 0x0f; }
  bool is_authoritative() const { return (bytes_[2] & 0x04) != 0; }
  bool is_truncated() const { return (bytes_[2] & 0x02) != 0; }
  bool is_recursive() const { return (bytes_[3] & 0x80) != 0; }  // RA
  DnsCode code() const { return static_cast<DnsCode>(bytes_[3] & 0x0f); }
  uint16_t questions() const { return load_be16(&bytes_[4]); }
  uint16_t answers() const { return load_be16(&bytes_[6]); }
  uint16_t authorities() const { return load_be16(&bytes_[8]); }
  uint16_t additionals() const { return load_be16(&bytes_[10]); }
  // The question, which an answer repeats. Empty: there is not exactly one.
  std::optional<DnsQuestion> question() const;

 private:
  explicit DnsView(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  std::span<const uint8_t> bytes_;
};

enum class DnsSection : uint8_t { kAnswer, kAuthority, kAdditional };

struct DnsRecord {
  DnsSection section = DnsSection::kAnswer;
  DnsName owner;
  DnsType type = DnsType::kA;
  uint16_t klass = 0;
  uint32_t ttl_s = 0;  // [0, 2^31): with the first bit set it counts as 0 (RFC 2181 8)
  std::span<const uint8_t> data;
  size_t data_at = 0;  // offset of `data` in the message: names in it may point elsewhere
};

// Walks over the records of a message, behind its questions.
class DnsRecordWalk {
 public:
  explicit DnsRecordWalk(const DnsView& message);
  // Empty: at the end, or where the message is malformed or cut off (is_whole() tells which).
  std::optional<DnsRecord> next();
  // At the end: all records that the header counts were there.
  bool is_whole() const { return !is_broken_ && done_ == total_; }

 private:
  DnsView message_;
  size_t at_ = kDnsHeaderBytes;
  uint32_t done_ = 0;
  uint32_t total_;
  bool is_broken_ = false;
};

// What records say. Empty: their data is not of that kind.
std::optional<IpAddress> dns_address(const DnsRecord& record);  // A, AAAA
// CNAME, PTR.
std::optional<DnsName> dns_target(const DnsView& message, const DnsRecord& record);
// SOA: for how long what is not there stays so (RFC 2308 4): min(TTL, MINIMUM).
std::optional<uint32_t> dns_negative_ttl_s(const DnsView& message, const DnsRecord& record);

}  // namespace tapstack::wire
