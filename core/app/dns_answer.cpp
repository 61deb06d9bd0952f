#include "app/dns_answer.h"

#include <algorithm>

namespace tapstack::app {
namespace {

using wire::DnsCode;
using wire::DnsName;
using wire::DnsQuestion;
using wire::DnsRecord;
using wire::DnsRecordWalk;
using wire::DnsSection;
using wire::DnsType;
using wire::DnsView;

// RFC 1034 5.2.2 wants loops detected; longer chains than this are as bad.
constexpr int kAliasesMax = 16;
constexpr uint32_t kPositiveTtlMaxS = 604'800;  // RFC 8767 4: seven days at most
constexpr uint32_t kNegativeTtlMaxS = 10'800;   // RFC 2308 5: one to three hours

bool follows_aliases(DnsType type) { return type != DnsType::kCname && type != DnsType::kAny; }

// RFC 2308 5: what has no SOA with it is not kept.
uint32_t negative_ttl_s(const DnsView& message) {
  DnsRecordWalk walk(message);
  while (const auto record = walk.next()) {
    if (record->section != DnsSection::kAuthority) continue;
    if (const auto ttl_s = dns_negative_ttl_s(message, *record)) {
      return std::min(*ttl_s, kNegativeTtlMaxS);
    }
  }
  return 0;
}

bool is_whole(const DnsView& message) {
  DnsRecordWalk walk(message);
  while (walk.next()) {
  }
  return walk.is_whole();
}

}  // namespace

std::optional<DnsAlias> find_dns_alias(const DnsView& message, const DnsName& name) {
  DnsRecordWalk walk(message);
  while (const auto record = walk.next()) {
    if (record->section != DnsSection::kAnswer) break;
    if (record->type != DnsType::kCname || record->owner != name) continue;
    const auto target = dns_target(message, *record);
    if (target) return DnsAlias{*target, record->ttl_s};
  }
  return std::nullopt;
}

std::optional<DnsRecord> DnsAnswerWalk::next() {
  while (auto record = walk_.next()) {
    if (record->section != DnsSection::kAnswer) continue;
    const bool is_wanted = type_ == DnsType::kAny || record->type == type_;
    if (is_wanted && record->owner == canonical_) return record;
  }
  return std::nullopt;
}

DnsFound read_dns_answer(const DnsView& message, const DnsQuestion& question) {
  DnsFound found;
  found.canonical = question.name;
  const bool is_answer =
      message.code() == DnsCode::kNoError || message.code() == DnsCode::kNameError;
  if (!is_answer || !is_whole(message)) return found;
  uint32_t ttl_s = kPositiveTtlMaxS;
  for (int i = 0; follows_aliases(question.type); ++i) {
    const auto alias = find_dns_alias(message, found.canonical);
    if (!alias) break;
    if (i == kAliasesMax) return found;
    found.canonical = alias->target;
    ttl_s = std::min(ttl_s, alias->ttl_s);
  }
  DnsAnswerWalk walk(message, found.canonical, question.type);
  while (const auto record = walk.next()) {
    found.outcome = DnsOutcome::kFound;
    ttl_s = std::min(ttl_s, record->ttl_s);
  }
  if (found.outcome != DnsOutcome::kFound) {
    // RFC 2308 2.1: the code is about the end of the chain.
    const bool is_name = message.code() != DnsCode::kNameError;
    found.outcome = is_name ? DnsOutcome::kNoData : DnsOutcome::kNoName;
    ttl_s = std::min(ttl_s, negative_ttl_s(message));
  }
  found.ttl_s = ttl_s;
  return found;
}

}  // namespace tapstack::app
