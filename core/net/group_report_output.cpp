#include "net/group_report_output.h"

#include <algorithm>
#include <array>

#include "net/igmp_output.h"
#include "net/mld_output.h"
#include "wire/igmp.h"
#include "wire/mld.h"

namespace tapstack::net {
namespace {

using wire::GroupRecordType;
using wire::GroupReportWriter;

// Where reports of the current versions go: RFC 3376 4.2.14, RFC 3810 5.2.14.
constexpr Ip4Address kIgmpRouters = Ip4Address::from(224, 0, 0, 22);
constexpr Ip6Address kMldRouters = Ip6Address::from(0xff02, 0, 0, 0, 0, 0, 0, 0x16);
// Where leaving is told in the older ones: RFC 2236 3, RFC 2710 4.
constexpr Ip4Address kAllRouters = Ip4Address::from(224, 0, 0, 2);

GroupReportWriter new_writer(Family family) {
  if (family == Family::kIp6) return {static_cast<uint8_t>(wire::MldType::kReport2), 16};
  return {static_cast<uint8_t>(wire::IgmpType::kReport3), 4};
}

}  // namespace

GroupReportOutput::GroupReportOutput(Context& ctx, Parts& parts, InterfaceId interface,
                                     Family family)
    : ctx_(ctx),
      parts_(parts),
      interface_(interface),
      family_(family),
      writer_(new_writer(family)) {}

void GroupReportOutput::begin(GroupRecordType type, const Group& group) {
  if (writer_.begin_record(type, group.key.group)) return;
  flush();
  writer_.begin_record(type, group.key.group);
}

// RFC 3376 4.2.16: what does not fit goes on in a further record, but for lists of what is not
// wanted, which are cut: more comes in than is wanted.
template <class Wants>
void GroupReportOutput::add(GroupRecordType type, const Group& group, Wants&& wants) {
  const bool is_cut =
      type == GroupRecordType::kModeIsExclude || type == GroupRecordType::kChangeToExclude;
  const auto sources = parts_.groups.sources();
  const auto count = std::count_if(sources.begin(), sources.end(), [&](const GroupSource& s) {
    return s.key == group.key && wants(s);
  });
  if (is_cut && !writer_.has_room(static_cast<size_t>(count))) flush();
  begin(type, group);
  for (const GroupSource& source : sources) {
    if (source.key != group.key || !wants(source) || writer_.add_source(source.source)) continue;
    if (is_cut) return;
    flush();
    begin(type, group);
    writer_.add_source(source.source);
  }
}

void GroupReportOutput::add_changes(const Group& group) {
  const auto is_listed = [](const GroupSource& source) { return source.is_listed; };
  const bool is_include = group.mode == FilterMode::kInclude;
  if (group.mode_changes_left != 0) {
    return add(is_include ? GroupRecordType::kChangeToInclude : GroupRecordType::kChangeToExclude,
               group, is_listed);
  }
  const auto has_come = [](const GroupSource& s) { return s.changes_left != 0 && s.is_listed; };
  const auto has_gone = [](const GroupSource& s) { return s.changes_left != 0 && !s.is_listed; };
  const auto sources = parts_.groups.sources();
  const auto any = [&](auto&& is_so) {
    return std::any_of(sources.begin(), sources.end(),
                       [&](const GroupSource& s) { return s.key == group.key && is_so(s); });
  };
  // What is listed is allowed in one mode and blocked in the other.
  const auto came =
      is_include ? GroupRecordType::kAllowNewSources : GroupRecordType::kBlockOldSources;
  const auto went =
      is_include ? GroupRecordType::kBlockOldSources : GroupRecordType::kAllowNewSources;
  if (any(has_come)) add(came, group, has_come);
  if (any(has_gone)) add(went, group, has_gone);
}

void GroupReportOutput::add_state(const Group& group) {
  if (!group.is_wanted()) return;
  add(group.mode == FilterMode::kInclude ? GroupRecordType::kModeIsInclude
                                         : GroupRecordType::kModeIsExclude,
      group, [](const GroupSource& source) { return source.is_listed; });
}

// RFC 3376 5.2, last table: of the sources asked for, those that are wanted.
void GroupReportOutput::add_answer(const Group& group) {
  if (!group.is_source_query) return add_state(group);
  const bool is_include = group.mode == FilterMode::kInclude;
  const auto is_wanted = [&](const GroupSource& source) {
    return source.is_queried && source.is_listed == is_include;
  };
  const auto sources = parts_.groups.sources();
  const bool has_some = std::any_of(sources.begin(), sources.end(), [&](const GroupSource& s) {
    return s.key == group.key && is_wanted(s);
  });
  if (has_some) add(GroupRecordType::kModeIsInclude, group, is_wanted);
}

void GroupReportOutput::flush() {
  if (writer_.is_empty()) return;
  if (family_ == Family::kIp4) {
    send_igmp(ctx_, parts_, interface_, {kIgmpRouters, writer_.bytes()});
  } else if constexpr (kConfig.ip6) {
    send_mld(ctx_, parts_, interface_, {kMldRouters, writer_.bytes()});
  }
  writer_ = new_writer(family_);
}

void send_group_report(Context& ctx, Parts& parts, const GroupKey& key, bool is_oldest) {
  if (key.group.is_ip4()) {
    std::array<uint8_t, wire::IgmpView::kBytes> bytes;
    wire::emit_igmp(bytes, is_oldest ? wire::IgmpType::kReport1 : wire::IgmpType::kReport2,
                    key.group.ip4());
    send_igmp(ctx, parts, key.interface, {key.group.ip4(), bytes});
  } else if constexpr (kConfig.ip6) {
    std::array<uint8_t, wire::MldView::kBytes> bytes;
    wire::emit_mld(bytes, wire::MldType::kReport1, key.group.ip6());
    send_mld(ctx, parts, key.interface, {key.group.ip6(), bytes});
  }
}

void send_group_leave(Context& ctx, Parts& parts, const GroupKey& key) {
  if (key.group.is_ip4()) {
    std::array<uint8_t, wire::IgmpView::kBytes> bytes;
    wire::emit_igmp(bytes, wire::IgmpType::kLeave, key.group.ip4());
    send_igmp(ctx, parts, key.interface, {kAllRouters, bytes});
  } else if constexpr (kConfig.ip6) {
    std::array<uint8_t, wire::MldView::kBytes> bytes;
    wire::emit_mld(bytes, wire::MldType::kDone, key.group.ip6());
    send_mld(ctx, parts, key.interface, {Ip6Address::all_routers(), bytes});
  }
}

}  // namespace tapstack::net
