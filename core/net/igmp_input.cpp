#include "net/igmp_input.h"

#include <algorithm>
#include <array>

#include "net/group_reports.h"
#include "wire/igmp.h"

namespace tapstack::net {
namespace {

using wire::IgmpView;

// The front of a message that is looked at: a query with as many sources as are answered one by
// one.
constexpr size_t kFrontBytes = IgmpView::kQuery3Bytes + (GroupQuery::kSourcesMax + 1) * 4;
constexpr uint32_t kTenth_ms = 100;
constexpr uint32_t kResponseOldest_ms = 10'000;  // RFC 3376 7.2.1, of version 1

GroupQuery understand(const IgmpView& igmp, InterfaceId interface) {
  GroupQuery query;
  query.key = {interface, igmp.group()};
  if (!igmp.is_query3()) {
    const bool is_oldest = igmp.max_response_code() == 0;  // RFC 3376 7.1
    query.version = is_oldest ? GroupVersion::kOldest : GroupVersion::kOlder;
    query.max_response_ms = is_oldest ? kResponseOldest_ms : igmp.max_response_code() * kTenth_ms;
    return query;
  }
  query.max_response_ms = wire::decode_group_time8(igmp.max_response_code()) * kTenth_ms;
  query.robustness = igmp.robustness();
  query.interval_s = igmp.interval_s();
  if (igmp.source_count() > GroupQuery::kSourcesMax) return query;
  query.source_count = igmp.source_count();
  for (size_t i = 0; i < query.source_count; ++i) query.sources[i] = igmp.source(i);
  return query;
}

}  // namespace

void igmp_input(Context& ctx, Parts& parts, mem::Packet& message) {
  const uint32_t begin = message.info.ip_header_bytes;
  const uint32_t size = message.size() - begin;
  std::array<uint8_t, kFrontBytes> bytes;
  const std::span<uint8_t> front(bytes.data(), std::min<size_t>(size, bytes.size()));
  ctx.memory.copy_out(message, begin, front);
  const auto igmp = IgmpView::parse(front);
  if (!igmp) return ctx.drop(DropReason::kGroupMessageTooShort);
  if (ctx.memory.sum(message, begin, size) != 0xffff) {
    return ctx.drop(DropReason::kGroupMessageBadChecksum);
  }
  const InterfaceId interface = message.info.interface;
  switch (static_cast<wire::IgmpType>(igmp->type())) {
    case wire::IgmpType::kQuery:
      if (igmp->is_bad_length()) return ctx.drop(DropReason::kGroupMessageBadLength);
      return on_group_query(ctx, parts, understand(*igmp, interface));
    case wire::IgmpType::kReport1:
    case wire::IgmpType::kReport2:
      return on_other_report(ctx, parts, {interface, igmp->group()});
    default:  // RFC 3376 4: reports of version 3 and leaving concern routers; the rest is ignored
      return;
  }
}

}  // namespace tapstack::net
