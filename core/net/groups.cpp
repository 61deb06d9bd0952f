#include "net/groups.h"

#include <algorithm>

#include "link/interface.h"
#include "util/assert.h"

namespace tapstack::net {
namespace {

constexpr uint8_t kRobustnessDefault = 2;  // RFC 3376 8.1, RFC 3810 9.1

// Takes the last entry into the place of one that goes.
template <class Entry, size_t N>
void erase(std::array<Entry, N>& table, size_t& count, size_t at) {
  table[at] = table[--count];
}

// Reports of what is said to be left begin again from here; the old ones are obsolete.
void begin_mode_change(Group& group, FilterMode mode, uint8_t times) {
  group.mode = mode;
  group.mode_changes_left = times;
}

}  // namespace

bool is_reported(const GroupKey& key) {
  const IpAddress& group = key.group;
  if (key.interface == link::kLoopback) return false;
  if (group.is_ip4()) return group.ip4() != Ip4Address::from(224, 0, 0, 1);
  return group.ip6() != Ip6Address::all_nodes() && group.ip6().scope() > Ip6Scope::kInterfaceLocal;
}

Status Groups::join(const GroupKey& key) {
  if (Membership* present = find_membership(kStackMember, key)) {
    if (present->uses == UINT16_MAX) return Error::kNoBuffers;
    ++present->uses;
    return {};
  }
  return add(kStackMember, key, FilterMode::kExclude);
}

Status Groups::leave(const GroupKey& key) {
  Membership* present = find_membership(kStackMember, key);
  if (present == nullptr) return Error::kAddressNotAvailable;
  if (--present->uses == 0) remove_membership(*present);
  return {};
}

Status Groups::add(GroupMember member, const GroupKey& key, FilterMode mode) {
  if (!key.group.is_multicast()) return Error::kInvalid;
  if (member != kStackMember && find_membership(member, key) != nullptr) {
    return Error::kAddressInUse;
  }
  if (membership_count_ == memberships_.size()) return Error::kNoBuffers;
  if (const Status room = reserve_group(key); !room.ok()) return room;
  memberships_[membership_count_++] = {key, member, mode, 1};
  merge(key);
  return {};
}

Status Groups::remove(GroupMember member, const GroupKey& key) {
  Membership* present = find_membership(member, key);
  if (present == nullptr) return Error::kAddressNotAvailable;
  remove_membership(*present);
  return {};
}

bool Groups::has_memberships(GroupMember member) const {
  return std::any_of(memberships_.begin(), memberships_.begin() + membership_count_,
                     [&](const Membership& m) { return m.member == member; });
}

void Groups::remove_all(GroupMember member) {
  for (size_t i = membership_count_; i-- > 0;) {
    if (memberships_[i].member == member) remove_membership(memberships_[i]);
  }
}

void Groups::remove_membership(Membership& membership) {
  const GroupKey key = membership.key;
  drop_sources(membership.member, key);
  erase(memberships_, membership_count_, static_cast<size_t>(&membership - memberships_.data()));
  merge(key);
}

Status Groups::set_filter(GroupMember member, const GroupKey& key, FilterMode mode,
                          std::span<const IpAddress> sources) {
  Membership* present = find_membership(member, key);
  if (present == nullptr) return Error::kAddressNotAvailable;
  const size_t before = sources_of(member, key, {});
  if (member_source_count_ - before + sources.size() > member_sources_.size()) {
    return Error::kNoBuffers;
  }
  drop_sources(member, key);
  for (const IpAddress& source : sources) {
    if (!lists(member, key, source)) {
      member_sources_[member_source_count_++] = {key, member, source};
    }
  }
  present->mode = mode;
  merge(key);
  return {};
}

Status Groups::add_source(GroupMember member, const GroupKey& key, const IpAddress& source) {
  if (find_membership(member, key) == nullptr || lists(member, key, source)) {
    return Error::kAddressNotAvailable;
  }
  if (member_source_count_ == member_sources_.size()) return Error::kNoBuffers;
  member_sources_[member_source_count_++] = {key, member, source};
  merge(key);
  return {};
}

Status Groups::remove_source(GroupMember member, const GroupKey& key, const IpAddress& source) {
  for (size_t i = 0; i < member_source_count_; ++i) {
    const MemberSource& present = member_sources_[i];
    if (present.member != member || present.key != key || present.source != source) continue;
    erase(member_sources_, member_source_count_, i);
    merge(key);
    return {};
  }
  return Error::kAddressNotAvailable;
}

Result<FilterMode> Groups::mode_of(GroupMember member, const GroupKey& key) const {
  const Membership* present = find_membership(member, key);
  if (present == nullptr) return Error::kAddressNotAvailable;
  return present->mode;
}

size_t Groups::sources_of(GroupMember member, const GroupKey& key,
                          std::span<IpAddress> sources) const {
  size_t n = 0;
  for (size_t i = 0; i < member_source_count_; ++i) {
    if (member_sources_[i].member != member || member_sources_[i].key != key) continue;
    if (n < sources.size()) sources[n] = member_sources_[i].source;
    ++n;
  }
  return n;
}

InterfaceId Groups::interface_of(GroupMember member, const IpAddress& group) const {
  InterfaceId lowest;
  for (size_t i = 0; i < membership_count_; ++i) {
    const Membership& m = memberships_[i];
    // A group of link-local scope carries its zone, which was not named.
    if (m.member != member || m.key.group.octets() != group.octets()) continue;
    if (lowest.value == 0 || m.key.interface < lowest) lowest = m.key.interface;
  }
  return lowest;
}

bool Groups::is_member(InterfaceId interface, const IpAddress& group) const {
  if (group == IpAddress(Ip4Address::from(224, 0, 0, 1))) return true;
  if (group.is_ip6() && (group.ip6() == Ip6Address::all_nodes() ||
                         group.ip6() == Ip6Address::from(0xff01, 0, 0, 0, 0, 0, 0, 1))) {
    return true;
  }
  return std::any_of(groups_.begin(), groups_.begin() + group_count_, [&](const Group& g) {
    return g.is_wanted() && g.key.group == group && g.key.interface == interface;
  });
}

bool Groups::accepts(GroupMember member, const GroupKey& key, const IpAddress& source,
                     bool otherwise) const {
  const Membership* present = find_membership(member, key);
  if (present == nullptr) return otherwise;
  return lists(member, key, source) == (present->mode == FilterMode::kInclude);
}

Group* Groups::find(const GroupKey& key) {
  for (Group& group : groups()) {
    if (group.key == key) return &group;
  }
  return nullptr;
}

void Groups::sweep() {
  for (size_t i = source_count_; i-- > 0;) {
    const GroupSource& source = sources_[i];
    if (source.is_listed || source.is_queried || source.changes_left != 0) continue;
    erase(sources_, source_count_, i);
  }
  for (size_t i = group_count_; i-- > 0;) {
    const Group& group = groups_[i];
    const bool has_news =
        group.mode_changes_left != 0 ||
        std::any_of(sources_.begin(), sources_.begin() + source_count_,
                    [&](const GroupSource& source) { return source.key == group.key; });
    if (!group.is_wanted() && !has_news) erase(groups_, group_count_, i);
  }
}

void Groups::renew(InterfaceId interface, Family family) {
  for (Group& group : groups()) {
    const bool is_meant = group.key.interface == interface && group.key.group.family() == family;
    if (!is_meant || !group.is_wanted()) continue;
    begin_mode_change(group, group.mode, robustness(group.key));
  }
}

void Groups::flush(InterfaceId interface) {
  const auto flush_table = [&](auto& table, size_t& count) {
    for (size_t i = count; i-- > 0;) {
      if (table[i].key.interface == interface) erase(table, count, i);
    }
  };
  flush_table(memberships_, membership_count_);
  flush_table(member_sources_, member_source_count_);
  flush_table(groups_, group_count_);
  flush_table(sources_, source_count_);
}

void Groups::set_robustness(InterfaceId interface, Family family, uint8_t times) {
  robustness_[interface.value - 1u][family == Family::kIp6 ? 1 : 0] = times;
}

uint8_t Groups::robustness(const GroupKey& key) const {
  if (!is_reported(key)) return 0;
  const uint8_t set = robustness_[key.interface.value - 1u][key.group.is_ip6() ? 1 : 0];
  return set == 0 ? kRobustnessDefault : set;
}

Groups::Membership* Groups::find_membership(GroupMember member, const GroupKey& key) {
  for (size_t i = 0; i < membership_count_; ++i) {
    if (memberships_[i].member == member && memberships_[i].key == key) return &memberships_[i];
  }
  return nullptr;
}

const Groups::Membership* Groups::find_membership(GroupMember member, const GroupKey& key) const {
  return const_cast<Groups*>(this)->find_membership(member, key);
}

bool Groups::lists(GroupMember member, const GroupKey& key, const IpAddress& source) const {
  for (size_t i = 0; i < member_source_count_; ++i) {
    const MemberSource& m = member_sources_[i];
    if (m.source == source && m.member == member && m.key == key) return true;
  }
  return false;
}

void Groups::drop_sources(GroupMember member, const GroupKey& key) {
  for (size_t i = member_source_count_; i-- > 0;) {
    if (member_sources_[i].member == member && member_sources_[i].key == key) {
      erase(member_sources_, member_source_count_, i);
    }
  }
}

// A group that nobody wants any more makes room: its routers find out by their next query.
Status Groups::reserve_group(const GroupKey& key) {
  if (find(key) != nullptr) return {};
  for (size_t i = 0; group_count_ == groups_.size() && i < group_count_; ++i) {
    if (groups_[i].is_wanted()) continue;
    for (size_t k = source_count_; k-- > 0;) {
      if (sources_[k].key == groups_[i].key) erase(sources_, source_count_, k);
    }
    erase(groups_, group_count_, i);
  }
  if (group_count_ == groups_.size()) return Error::kNoBuffers;
  groups_[group_count_++] = {.key = key};
  return {};
}

// RFC 3376 3.2, RFC 3810 4.2: as soon as one member takes all sources but some, the others' lists
// only shorten its own.
bool Groups::is_merged_listed(const Group& group, const IpAddress& source) const {
  bool is_included = false, is_excluded_by_all = true;
  for (size_t i = 0; i < membership_count_; ++i) {
    const Membership& m = memberships_[i];
    if (m.key != group.key) continue;
    const bool is_in = lists(m.member, m.key, source);
    if (m.mode == FilterMode::kInclude)
      is_included = is_included || is_in;
    else
      is_excluded_by_all = is_excluded_by_all && is_in;
  }
  if (group.mode == FilterMode::kInclude) return is_included;
  return is_excluded_by_all && !is_included;
}

void Groups::merge(const GroupKey& key) {
  Group& group = *find(key);
  group.members = 0;
  FilterMode mode = FilterMode::kInclude;
  for (size_t i = 0; i < membership_count_; ++i) {
    if (memberships_[i].key != key) continue;
    ++group.members;
    if (memberships_[i].mode == FilterMode::kExclude) mode = FilterMode::kExclude;
  }
  const bool mode_changed = mode != group.mode;
  if (mode_changed) begin_mode_change(group, mode, robustness(key));
  for (size_t i = 0; i < member_source_count_; ++i) {
    if (member_sources_[i].key == key) note_source(group, member_sources_[i].source, mode_changed);
  }
  for (size_t i = source_count_; i-- > 0;) {
    if (sources_[i].key == key) note_source(group, sources_[i].source, mode_changed);
  }
  sweep();
}

// RFC 3376 5.1: a new mode is told with its whole list, so that changes of single sources are
// obsolete; otherwise each source that came or went is told.
void Groups::note_source(const Group& group, const IpAddress& source, bool mode_changed) {
  const bool is_listed = is_merged_listed(group, source);
  GroupSource* present = find_source(group.key, source);
  if (present == nullptr) {
    if (!is_listed) return;
    present = new_source(group.key, source);
    TAPSTACK_ASSERT(present != nullptr);  // listed ones fill half of the table at most
  }
  if (mode_changed)
    present->changes_left = 0;
  else if (present->is_listed != is_listed)
    present->changes_left = robustness(group.key);
  present->is_listed = is_listed;
}

// One about which only reports are left makes room.
GroupSource* Groups::new_source(const GroupKey& key, const IpAddress& source) {
  for (size_t i = 0; source_count_ == sources_.size() && i < source_count_; ++i) {
    if (!sources_[i].is_listed) erase(sources_, source_count_, i);
  }
  if (source_count_ == sources_.size()) return nullptr;
  return &(sources_[source_count_++] = {key, source});
}

bool Groups::mark_queried(const GroupKey& key, const IpAddress& source) {
  GroupSource* present = find_source(key, source);
  if (present == nullptr) present = new_source(key, source);
  if (present == nullptr) return false;
  present->is_queried = true;
  return true;
}

void Groups::clear_queried(const GroupKey& key) {
  for (GroupSource& source : sources()) {
    if (source.key == key) source.is_queried = false;
  }
  sweep();
}

GroupSource* Groups::find_source(const GroupKey& key, const IpAddress& source) {
  for (GroupSource& present : sources()) {
    if (present.source == source && present.key == key) return &present;
  }
  return nullptr;
}

}  // namespace tapstack::net
