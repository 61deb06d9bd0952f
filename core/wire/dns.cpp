#include "wire/dns.h"

#include <algorithm>

#include "wire/address_bytes.h"

namespace tapstack::wire {
namespace {

// Flags of the header's second and third octet, RFC 1035 4.1.1, RFC 4035 3.1.6.
constexpr uint8_t kRecursionDesired = 0x01;
constexpr uint8_t kAuthenticData = 0x20;
constexpr uint8_t kCheckingDisabled = 0x10;
constexpr uint16_t kDnssecOk = 0x8000;  // of OPT's TTL, the lower half (RFC 3225 3)

constexpr size_t kQuestionTail = 4;  // type and class
constexpr size_t kRecordFixed = 10;  // type, class, TTL, length (RFC 1035 4.1.3)
constexpr size_t kOptRecordBytes = 1 + kRecordFixed;
constexpr size_t kSoaNumbers = 20;  // behind its two names (RFC 1035 3.3.13)

std::optional<DnsQuestion> read_question(std::span<const uint8_t> bytes, size_t& at) {
  const auto name = DnsName::read(bytes, at);
  if (!name || bytes.size() - at < kQuestionTail) return std::nullopt;
  const DnsQuestion question{*name, static_cast<DnsType>(load_be16(&bytes[at])),
                             load_be16(&bytes[at + 2])};
  at += kQuestionTail;
  return question;
}

void emit_opt(uint8_t* out, const DnsQuery& query) {
  out[0] = 0;  // the root (RFC 6891 6.1.2)
  store_be16(out + 1, static_cast<uint16_t>(DnsType::kOpt));
  store_be16(out + 3, query.edns_payload_bytes);
  store_be16(out + 5, 0);  // extended code and version
  store_be16(out + 7, query.asks_dnssec ? kDnssecOk : 0);
  store_be16(out + 9, 0);
}

}  // namespace

size_t emit(std::span<uint8_t, kDnsQueryBytesMax> out, const DnsQuery& query) {
  std::fill_n(out.data(), kDnsHeaderBytes, uint8_t{0});
  store_be16(&out[0], query.id);
  out[2] = query.wants_recursion ? kRecursionDesired : 0;
  out[3] = static_cast<uint8_t>((query.asks_authentic ? kAuthenticData : 0) |
                                (query.disables_checking ? kCheckingDisabled : 0));
  store_be16(&out[4], 1);
  size_t at = kDnsHeaderBytes;
  std::ranges::copy(query.question.name.octets(), &out[at]);
  at += query.question.name.octets().size();
  store_be16(&out[at], static_cast<uint16_t>(query.question.type));
  store_be16(&out[at + 2], query.question.klass);
  at += kQuestionTail;
  if (query.edns_payload_bytes == 0) return at;
  store_be16(&out[10], 1);
  emit_opt(&out[at], query);
  return at + kOptRecordBytes;
}

std::optional<DnsQuery> parse_dns_query(std::span<const uint8_t> bytes) {
  const auto view = DnsView::parse(bytes);
  if (!view || view->is_response() || view->opcode() != 0) return std::nullopt;
  const auto question = view->question();
  if (!question) return std::nullopt;
  DnsQuery query{.id = view->id(), .question = *question};
  query.wants_recursion = (bytes[2] & kRecursionDesired) != 0;
  query.asks_authentic = (bytes[3] & kAuthenticData) != 0;
  query.disables_checking = (bytes[3] & kCheckingDisabled) != 0;
  DnsRecordWalk walk(*view);
  while (const auto record = walk.next()) {
    if (record->type != DnsType::kOpt) continue;
    query.edns_payload_bytes = record->klass;
    query.asks_dnssec = (record->ttl_s & kDnssecOk) != 0;
  }
  return query;
}

std::optional<DnsView> DnsView::parse(std::span<const uint8_t> bytes) {
  if (bytes.size() < kDnsHeaderBytes) return std::nullopt;
  return DnsView(bytes);
}

std::optional<DnsQuestion> DnsView::question() const {
  if (questions() != 1) return std::nullopt;
  size_t at = kDnsHeaderBytes;
  return read_question(bytes_, at);
}

DnsRecordWalk::DnsRecordWalk(const DnsView& message)
    : message_(message),
      total_(uint32_t{message.answers()} + message.authorities() + message.additionals()) {
  for (int i = 0; i < message.questions() && !is_broken_; ++i) {
    is_broken_ = !read_question(message.bytes(), at_);
  }
}

std::optional<DnsRecord> DnsRecordWalk::next() {
  if (is_broken_ || done_ == total_) return std::nullopt;
  is_broken_ = true;  // until the whole record was there
  const std::span<const uint8_t> bytes = message_.bytes();
  const auto owner = DnsName::read(bytes, at_);
  if (!owner || bytes.size() - at_ < kRecordFixed) return std::nullopt;
  const uint8_t* fixed = &bytes[at_];
  const size_t length = load_be16(fixed + 8);
  at_ += kRecordFixed;
  if (bytes.size() - at_ < length) return std::nullopt;
  DnsRecord record;
  record.section = done_ < message_.answers() ? DnsSection::kAnswer
                   : done_ < uint32_t{message_.answers()} + message_.authorities()
                       ? DnsSection::kAuthority
                       : DnsSection::kAdditional;
  record.owner = *owner;
  record.type = static_cast<DnsType>(load_be16(fixed));
  record.klass = load_be16(fixed + 2);
  const uint32_t ttl_s = load_be32(fixed + 4);
  record.ttl_s = ttl_s >> 31 == 0 ? ttl_s : 0;
  record.data = bytes.subspan(at_, length);
  record.data_at = at_;
  at_ += length;
  ++done_;
  is_broken_ = false;
  return record;
}

std::optional<IpAddress> dns_address(const DnsRecord& record) {
  if (record.klass != kDnsClassInternet) return std::nullopt;
  if (record.type == DnsType::kA && record.data.size() == 4) return load_ip4(record.data.data());
  if (record.type == DnsType::kAaaa && record.data.size() == 16) {
    return load_ip6(record.data.data());
  }
  return std::nullopt;
}

std::optional<DnsName> dns_target(const DnsView& message, const DnsRecord& record) {
  size_t at = record.data_at;
  const auto name = DnsName::read(message.bytes(), at);
  if (!name || at != record.data_at + record.data.size()) return std::nullopt;
  return name;
}

std::optional<uint32_t> dns_negative_ttl_s(const DnsView& message, const DnsRecord& record) {
  if (record.type != DnsType::kSoa) return std::nullopt;
  size_t at = record.data_at;
  const size_t end = at + record.data.size();
  if (!DnsName::read(message.bytes(), at) || !DnsName::read(message.bytes(), at)) {
    return std::nullopt;
  }
  if (at + kSoaNumbers != end) return std::nullopt;
  return std::min(record.ttl_s, load_be32(&message.bytes()[end - 4]));
}

}  // namespace tapstack::wire
