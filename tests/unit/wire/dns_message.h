// A name server's side of DNS for tests: makes answers, record by record.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "tests/unit/support/bytes.h"
#include "wire/dns.h"

namespace tapstack::wire {

inline DnsName name_of(std::string_view text) {
  const auto name = DnsName::from_text(text);
  EXPECT_TRUE(name) << text;
  return name.value_or(DnsName());
}

inline std::string text_of(const DnsName& name) {
  char text[kDnsNameTextBytesMax];
  return {text, name.text(text)};
}

// An answer that repeats `question`; names are written in full.
class DnsAnswerMaker {
 public:
  explicit DnsAnswerMaker(const DnsQuestion& question, uint16_t id = 0) {
    uint8_t bytes[kDnsQueryBytesMax];
    const size_t length = emit(bytes, {.id = id, .question = question});
    bytes_.assign(bytes, bytes + length);
    bytes_[2] |= 0x80;  // QR
    bytes_[3] |= 0x80;  // RA
  }
  // The answer to a query as it came.
  explicit DnsAnswerMaker(const DnsQuery& query) : DnsAnswerMaker(query.question, query.id) {}

  DnsAnswerMaker& code(DnsCode code) {
    bytes_[3] = static_cast<uint8_t>((bytes_[3] & 0xf0) | static_cast<uint8_t>(code));
    return *this;
  }
  DnsAnswerMaker& truncated() {
    bytes_[2] |= 0x02;
    return *this;
  }
  DnsAnswerMaker& not_recursive() {
    bytes_[3] &= 0x7f;
    return *this;
  }
  DnsAnswerMaker& record(DnsSection section, std::string_view owner, DnsType type, uint32_t ttl_s,
                         const std::vector<uint8_t>& data) {
    const DnsName name = name_of(owner);
    append(name.octets());
    append16(static_cast<unsigned>(type));
    append16(kDnsClassInternet);
    append16(ttl_s >> 16);
    append16(ttl_s & 0xffff);
    append16(static_cast<unsigned>(data.size()));
    append(data);
    ++bytes_[7 + 2 * static_cast<size_t>(section)];
    return *this;
  }
  DnsAnswerMaker& a(std::string_view owner, std::string_view address, uint32_t ttl_s = 300) {
    return record(DnsSection::kAnswer, owner, DnsType::kA, ttl_s, test::hex(address));
  }
  DnsAnswerMaker& alias(std::string_view owner, std::string_view target, uint32_t ttl_s = 300,
                        DnsType type = DnsType::kCname) {
    const DnsName name = name_of(target);
    return record(DnsSection::kAnswer, owner, type, ttl_s,
                  {name.octets().begin(), name.octets().end()});
  }
  // Start of authority of `zone`.
  DnsAnswerMaker& soa(std::string_view zone, uint32_t ttl_s, std::string_view minimum) {
    const auto data =
        test::hex(std::string("00 00 00000001 00000002 00000003 00000004") + std::string(minimum));
    return record(DnsSection::kAuthority, zone, DnsType::kSoa, ttl_s, data);
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void append(std::span<const uint8_t> more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  void append16(unsigned value) {
    bytes_.push_back(static_cast<uint8_t>(value >> 8));
    bytes_.push_back(static_cast<uint8_t>(value));
  }

  std::vector<uint8_t> bytes_;
};

}  // namespace tapstack::wire
