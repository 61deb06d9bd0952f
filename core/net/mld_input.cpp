#include "net/mld_input.h"

#include <algorithm>
#include <array>

#include "net/group_reports.h"
#include "wire/ip6.h"
#include "wire/mld.h"

namespace tapstack::net {
namespace {

using wire::MldView;

// The front of a message that is looked at: a query with as many sources as are answered one by
// one.
constexpr size_t kFrontBytes = MldView::kQuery2Bytes + (GroupQuery::kSourcesMax + 1) * 16;
constexpr uint8_t kHopLimit = 1;

GroupQuery understand(const MldView& mld, InterfaceId interface) {
  GroupQuery query;
  query.key = {interface, IpAddress(mld.group(), interface)};
  if (!mld.is_query2()) {
    query.version = GroupVersion::kOlder;
    query.max_response_ms = mld.max_response_code();
    return query;
  }
  query.max_response_ms = wire::decode_group_time16(mld.max_response_code());
  query.robustness = mld.robustness();
  query.interval_s = mld.interval_s();
  if (mld.source_count() > GroupQuery::kSourcesMax) return query;
  query.source_count = mld.source_count();
  for (size_t i = 0; i < query.source_count; ++i) {
    query.sources[i] = IpAddress(mld.source(i), interface);
  }
  return query;
}

// RFC 3810 5: from a link-local address, with Hop Limit 1 and a Router Alert in Hop-by-Hop Options;
// 6.2: anything else is dropped. RFC 2710 4 asks the same of version 1.
bool is_from_the_link(Context& ctx, const mem::Packet& message) {
  const mem::PacketInfo& info = message.info;
  if (!info.source.is_link_local() || info.ttl != kHopLimit) return false;
  if (info.ip_header_bytes <= wire::Ip6View::kHeaderBytes) return false;
  std::array<uint8_t, wire::Ip6View::kHeaderBytes> header;
  ctx.memory.copy_out(message, 0, header);
  return wire::Ip6View::parse_quoted(header)->next_header() == wire::ip_protocol::kHopByHop;
}

void on_query(Context& ctx, Parts& parts, const MldView& mld, const mem::Packet& message) {
  if (mld.is_bad_length()) return ctx.drop(DropReason::kGroupMessageBadLength);
  if (!is_from_the_link(ctx, message)) return ctx.drop(DropReason::kGroupMessageNotFromLink);
  on_group_query(ctx, parts, understand(mld, message.info.interface));
}

}  // namespace

void mld_input(Context& ctx, Parts& parts, const mem::Packet& message) {
  const uint32_t begin = message.info.ip_header_bytes;
  std::array<uint8_t, kFrontBytes> bytes;
  const std::span<uint8_t> front(bytes.data(),
                                 std::min<size_t>(message.size() - begin, bytes.size()));
  ctx.memory.copy_out(message, begin, front);
  const auto mld = MldView::parse(front);
  const auto type = static_cast<wire::MldType>(front.empty() ? 0 : front[0]);
  if (type == wire::MldType::kReport2) return;  // concerns routers
  if (!mld) return ctx.drop(DropReason::kGroupMessageTooShort);
  const InterfaceId interface = message.info.interface;
  if (type == wire::MldType::kQuery) return on_query(ctx, parts, *mld, message);
  if (type == wire::MldType::kReport1 && is_from_the_link(ctx, message)) {
    on_other_report(ctx, parts, {interface, IpAddress(mld->group(), interface)});
  }
}

}  // namespace tapstack::net
