#include "net/group_reports.h"

#include <algorithm>

#include "net/group_report_output.h"

namespace tapstack::net {
namespace {

// RFC 3376 8.11, RFC 3810 9.11: between the reports of one change.
constexpr Duration kReportInterval = Duration::s(1);
// RFC 2236 8.10, RFC 2710 7.10: the same in the older versions.
constexpr Duration kOlderReportInterval = Duration::s(10);
constexpr uint32_t kRobustnessDefault = 2;

struct Link {
  InterfaceId interface;
  Family family;
};

bool is_of(const GroupKey& key, const Link& link) {
  return key.interface == link.interface && key.group.family() == link.family;
}

GroupQuerier& querier_of(Parts& parts, const Link& link) {
  return parts.group_queriers[link.interface.value - 1u][link.family == Family::kIp6 ? 1 : 0];
}

GroupVersion version_of(const GroupQuerier& querier, Instant now) {
  if (now < querier.oldest_until) return GroupVersion::kOldest;
  return now < querier.older_until ? GroupVersion::kOlder : GroupVersion::kCurrent;
}

// At random in (0, span].
Instant within(Context& ctx, Duration span) {
  const auto us = static_cast<uint32_t>(std::clamp<int64_t>(span.us(), 1, UINT32_MAX));
  return ctx.now + Duration::us(1 + int64_t{ctx.random.below(us)});
}

void arm(Context& ctx, Parts& parts, InterfaceId interface) {
  Instant earliest = Instant::never();
  for (const GroupQuerier& querier : parts.group_queriers[interface.value - 1u]) {
    earliest = std::min({earliest, querier.general_at, querier.changes_at});
  }
  for (const Group& group : parts.groups.groups()) {
    if (group.key.interface == interface) earliest = std::min(earliest, group.response_at);
  }
  ctx.timers.arm(timer::make(timer::TimerKind::kGroups, interface.value - 1u), earliest);
}

bool has_source_changes(Groups& groups, const GroupKey& key) {
  const auto sources = groups.sources();
  return std::any_of(sources.begin(), sources.end(), [&](const GroupSource& source) {
    return source.key == key && source.changes_left != 0;
  });
}

// RFC 3376 5.1, RFC 3810 6.1. Returns whether it has to be repeated.
bool send_current_changes(Context& ctx, Parts& parts, const Link& link) {
  GroupReportOutput output(ctx, parts, link.interface, link.family);
  bool is_left = false;
  for (Group& group : parts.groups.groups()) {
    if (!is_of(group.key, link)) continue;
    output.add_changes(group);
    if (group.mode_changes_left != 0) is_left = --group.mode_changes_left != 0 || is_left;
  }
  for (GroupSource& source : parts.groups.sources()) {
    if (!is_of(source.key, link) || source.changes_left == 0) continue;
    is_left = --source.changes_left != 0 || is_left;
  }
  output.flush();
  return is_left;
}

// RFC 2236 3, RFC 2710 4: a report of its own for each group; sources are not told. The last one
// who reported says when it leaves; version 1 has no message for it.
void send_older_report(Context& ctx, Parts& parts, Group& group, GroupVersion version) {
  if (!group.is_wanted()) {
    if (group.is_last_reporter && version != GroupVersion::kOldest) {
      send_group_leave(ctx, parts, group.key);
    }
    group.mode_changes_left = 0;
    group.response_at = Instant::never();
    return;
  }
  send_group_report(ctx, parts, group.key, version == GroupVersion::kOldest);
  group.is_last_reporter = true;
  if (group.mode_changes_left != 0) --group.mode_changes_left;
  group.response_at =
      group.mode_changes_left != 0 ? within(ctx, kOlderReportInterval) : Instant::never();
}

void send_older_changes(Context& ctx, Parts& parts, const Link& link, GroupVersion version) {
  for (Group& group : parts.groups.groups()) {
    if (!is_of(group.key, link)) continue;
    const bool joined = group.mode_changes_left != 0 && group.response_at.is_never();
    if (joined || has_source_changes(parts.groups, group.key)) {
      send_older_report(ctx, parts, group, version);
    }
  }
  for (GroupSource& source : parts.groups.sources()) {
    if (is_of(source.key, link)) source.changes_left = 0;
  }
}

void send_changes(Context& ctx, Parts& parts, const Link& link) {
  GroupQuerier& querier = querier_of(parts, link);
  const GroupVersion version = version_of(querier, ctx.now);
  querier.changes_at = Instant::never();
  if (version != GroupVersion::kCurrent) {
    send_older_changes(ctx, parts, link, version);
  } else if (send_current_changes(ctx, parts, link)) {
    querier.changes_at = within(ctx, kReportInterval);
  }
}

// RFC 3376 7.2.1, RFC 3810 8.2.1: with the version changes what is on its way to be said.
void cancel_pending(Parts& parts, const Link& link) {
  GroupQuerier& querier = querier_of(parts, link);
  querier.general_at = querier.changes_at = Instant::never();
  for (Group& group : parts.groups.groups()) {
    if (!is_of(group.key, link)) continue;
    group.mode_changes_left = 0;
    group.response_at = Instant::never();
  }
  for (GroupSource& source : parts.groups.sources()) {
    if (is_of(source.key, link)) source.changes_left = 0;
  }
}

void learn_querier(Context& ctx, Parts& parts, const GroupQuery& query, const Link& link) {
  GroupQuerier& querier = querier_of(parts, link);
  if (query.robustness != 0) {
    parts.groups.set_robustness(link.interface, link.family, query.robustness);
  }
  if (query.interval_s != 0) querier.interval_s = query.interval_s;
  const GroupVersion before = version_of(querier, ctx.now);
  // Older Version Querier Present Timeout, RFC 3376 8.12.
  const Duration timeout = Duration::s(int64_t{querier.interval_s} * kRobustnessDefault) +
                           Duration::ms(query.max_response_ms);
  if (query.version == GroupVersion::kOldest) querier.oldest_until = ctx.now + timeout;
  if (query.version == GroupVersion::kOlder) querier.older_until = ctx.now + timeout;
  if (version_of(querier, ctx.now) != before) cancel_pending(parts, link);
}

// RFC 2236 3, RFC 2710 4: each group has its own delay; a shorter one that runs goes on.
void answer_older(Context& ctx, Parts& parts, const GroupQuery& query, const Link& link) {
  for (Group& group : parts.groups.groups()) {
    const bool is_asked = query.key.group.is_any() || query.key == group.key;
    if (!is_of(group.key, link) || !is_asked || !group.is_wanted()) continue;
    if (!is_reported(group.key)) continue;
    group.is_source_query = false;
    group.response_at =
        std::min(group.response_at, within(ctx, Duration::ms(query.max_response_ms)));
  }
}

// RFC 3376 5.2 rules 3 to 5, RFC 3810 6.2.
void answer_about_group(Parts& parts, const GroupQuery& query, Instant at) {
  Group* group = parts.groups.find(query.key);
  if (group == nullptr || !group->is_wanted() || !is_reported(group->key)) return;
  const bool was_pending = !group->response_at.is_never();
  bool names_sources = query.source_count != 0 && (!was_pending || group->is_source_query);
  group->response_at = std::min(group->response_at, at);
  for (size_t i = 0; names_sources && i < query.source_count; ++i) {
    names_sources = parts.groups.mark_queried(query.key, query.sources[i]);
  }
  group->is_source_query = names_sources;
  if (!names_sources) parts.groups.clear_queried(query.key);
}

void answer_current(Context& ctx, Parts& parts, const GroupQuery& query, const Link& link) {
  GroupQuerier& querier = querier_of(parts, link);
  const Instant at = within(ctx, Duration::ms(query.max_response_ms));
  if (querier.general_at <= at) return;  // rule 1: that answer covers this one
  if (query.key.group.is_any()) {
    querier.general_at = at;
  } else {
    answer_about_group(parts, query, at);
  }
}

void send_general_answer(Context& ctx, Parts& parts, const Link& link) {
  GroupReportOutput output(ctx, parts, link.interface, link.family);
  for (const Group& group : parts.groups.groups()) {
    if (is_of(group.key, link) && is_reported(group.key)) output.add_state(group);
  }
  output.flush();
}

void send_due_answers(Context& ctx, Parts& parts, const Link& link) {
  const GroupVersion version = version_of(querier_of(parts, link), ctx.now);
  GroupReportOutput output(ctx, parts, link.interface, link.family);
  for (Group& group : parts.groups.groups()) {
    if (!is_of(group.key, link) || ctx.now < group.response_at) continue;
    if (version != GroupVersion::kCurrent) {
      send_older_report(ctx, parts, group, version);
      continue;
    }
    group.response_at = Instant::never();
    output.add_answer(group);
  }
  output.flush();
  for (GroupSource& source : parts.groups.sources()) {
    const Group* group = parts.groups.find(source.key);
    const bool is_answered = group == nullptr || group->response_at.is_never();
    if (is_of(source.key, link) && is_answered) source.is_queried = false;
  }
}

void on_link_timer(Context& ctx, Parts& parts, const Link& link) {
  GroupQuerier& querier = querier_of(parts, link);
  if (querier.general_at <= ctx.now) {
    querier.general_at = Instant::never();
    send_general_answer(ctx, parts, link);
  }
  send_due_answers(ctx, parts, link);
  if (querier.changes_at <= ctx.now) send_changes(ctx, parts, link);
}

// What is to be said about groups of both families. Nothing is while the interface is down.
template <class Say>
void for_families(Context& ctx, Parts& parts, InterfaceId id, Say&& say) {
  const link::Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr || interface->is_loopback || !interface->settings.is_up) return;
  say(Link{id, Family::kIp4});
  if constexpr (kConfig.ip6) say(Link{id, Family::kIp6});
  parts.groups.sweep();
  arm(ctx, parts, id);
}

}  // namespace

void report_group_changes(Context& ctx, Parts& parts, InterfaceId interface) {
  for_families(ctx, parts, interface, [&](const Link& link) { send_changes(ctx, parts, link); });
}

void on_group_query(Context& ctx, Parts& parts, const GroupQuery& query) {
  const Link link{query.key.interface, query.key.group.family()};
  learn_querier(ctx, parts, query, link);
  if (version_of(querier_of(parts, link), ctx.now) == GroupVersion::kCurrent) {
    answer_current(ctx, parts, query, link);
  } else {
    answer_older(ctx, parts, query, link);
  }
  parts.groups.sweep();
  arm(ctx, parts, link.interface);
}

void on_other_report(Context& ctx, Parts& parts, const GroupKey& key) {
  const Link link{key.interface, key.group.family()};
  if (version_of(querier_of(parts, link), ctx.now) == GroupVersion::kCurrent) return;
  Group* group = parts.groups.find(key);
  if (group == nullptr) return;
  group->response_at = Instant::never();
  group->mode_changes_left = 0;
  group->is_last_reporter = false;
  arm(ctx, parts, key.interface);
}

void on_group_timer(Context& ctx, Parts& parts, InterfaceId interface) {
  for_families(ctx, parts, interface, [&](const Link& link) { on_link_timer(ctx, parts, link); });
}

void restart_groups(Context& ctx, Parts& parts, InterfaceId interface) {
  parts.group_queriers[interface.value - 1u] = {};
  parts.groups.renew(interface, Family::kIp4);
  parts.groups.renew(interface, Family::kIp6);
  report_group_changes(ctx, parts, interface);
}

void report_groups_again(Context& ctx, Parts& parts, InterfaceId interface) {
  parts.groups.renew(interface, Family::kIp6);
  report_group_changes(ctx, parts, interface);
}

}  // namespace tapstack::net
