// Multicast groups: who of this host listens to which, from which sources, and what of that the
// routers have still to be told (RFC 3376 3, RFC 3810 4). When they are told is group_reports.h's
// business.
//
// All questions walk a table of kConfig.multicast_* entries; only multicast packets ask them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "config.h"
#include "mem/handle.h"
#include "util/address.h"
#include "util/result.h"
#include "util/time.h"

namespace tapstack::net {

// A source filter: packets from the listed sources only, or from all others (RFC 3376 2).
enum class FilterMode : uint8_t { kInclude, kExclude };

// A group on one interface.
struct GroupKey {
  InterfaceId interface;
  IpAddress group;
  constexpr auto operator<=>(const GroupKey&) const = default;
};

// Who listens: a socket, by a number that is its caller's own, or the stack itself.
using GroupMember = mem::Index;
inline constexpr GroupMember kStackMember = mem::kNoIndex;

// What all members together want of a group, and what is to be sent about it.
struct Group {
  GroupKey key;
  FilterMode mode = FilterMode::kInclude;
  uint16_t members = 0;
  // State-change reports still to be sent about a new filter mode (RFC 3376 5.1); with older
  // routers, unsolicited reports (RFC 2236 3).
  uint8_t mode_changes_left = 0;
  bool is_last_reporter = false;           // older versions: nobody else reported since we did
  bool is_source_query = false;            // the query to be answered names sources
  Instant response_at = Instant::never();  // when a query about this group is answered

  bool is_wanted() const { return members != 0; }
};

// A source of a group's filter, or one that was and about which reports are still to be sent.
struct GroupSource {
  GroupKey key;
  IpAddress source;
  bool is_listed = false;
  bool is_queried = false;   // by the query that waits for an answer
  uint8_t changes_left = 0;  // state-change reports still to be sent about it
};

class Groups {
 public:
  // --- memberships ---
  // The stack itself listens, to all sources; counted. Errors: kInvalid (no multicast address),
  // kNoBuffers.
  Status join(const GroupKey& key);
  // Once less. kAddressNotAvailable: it does not.
  Status leave(const GroupKey& key);
  // A socket listens: kExclude to all sources, kInclude to none so far. Errors: those of join(),
  // kAddressInUse (it does already).
  Status add(GroupMember member, const GroupKey& key, FilterMode mode);
  // kAddressNotAvailable: it is no member.
  Status remove(GroupMember member, const GroupKey& key);
  bool has_memberships(GroupMember member) const;
  // All memberships of a socket that is closed.
  void remove_all(GroupMember member);
  // Replaces a membership's filter. Errors: kAddressNotAvailable (no member), kNoBuffers: too many
  // sources, as before.
  Status set_filter(GroupMember member, const GroupKey& key, FilterMode mode,
                    std::span<const IpAddress> sources);
  // Adds or takes away one source. Errors: kAddressNotAvailable (no member; listed already, or not
  // listed), kNoBuffers.
  Status add_source(GroupMember member, const GroupKey& key, const IpAddress& source);
  Status remove_source(GroupMember member, const GroupKey& key, const IpAddress& source);
  // kAddressNotAvailable: no member.
  Result<FilterMode> mode_of(GroupMember member, const GroupKey& key) const;
  // The sources listed, at most sources.size() of them; returns how many there are in all.
  size_t sources_of(GroupMember member, const GroupKey& key, std::span<IpAddress> sources) const;
  // The membership of `group` on the lowest interface, for programs that name none; id 0: none.
  InterfaceId interface_of(GroupMember member, const IpAddress& group) const;

  // --- packets ---
  // Whether packets to `group` that come in on `interface` are for us. Every host is a member of
  // 224.0.0.1 (RFC 1112 4) and ff02::1, ff01::1 (RFC 4291 2.8).
  bool is_member(InterfaceId interface, const IpAddress& group) const;
  // Whether a socket gets a packet from `source` to the group: as its filter says, or `otherwise`
  // where it has not joined (IP_MULTICAST_ALL).
  bool accepts(GroupMember member, const GroupKey& key, const IpAddress& source,
               bool otherwise) const;

  // --- for reports ---
  std::span<Group> groups() { return {groups_.data(), group_count_}; }
  std::span<const Group> groups() const { return {groups_.data(), group_count_}; }
  std::span<GroupSource> sources() { return {sources_.data(), source_count_}; }
  Group* find(const GroupKey& key);
  // The query that waits for an answer names `source`. False: the table is full.
  bool mark_queried(const GroupKey& key, const IpAddress& source);
  void clear_queried(const GroupKey& key);
  // Forgets groups and sources that nobody wants and about which nothing is to be sent any more.
  // Invalidates groups() and sources().
  void sweep();
  // Tells everything of one family anew.
  void renew(InterfaceId interface, Family family);
  // Forgets an interface that is removed, with its memberships.
  void flush(InterfaceId interface);

  // How often each change is reported (the Robustness Variable, RFC 3376 8.1) on an interface.
  void set_robustness(InterfaceId interface, Family family, uint8_t times);

 private:
  struct Membership {
    GroupKey key;
    GroupMember member = kStackMember;
    FilterMode mode = FilterMode::kExclude;
    uint16_t uses = 1;  // the stack's own are counted
  };
  struct MemberSource {
    GroupKey key;
    GroupMember member = kStackMember;
    IpAddress source;
  };

  Membership* find_membership(GroupMember member, const GroupKey& key);
  const Membership* find_membership(GroupMember member, const GroupKey& key) const;
  bool lists(GroupMember member, const GroupKey& key, const IpAddress& source) const;
  void drop_sources(GroupMember member, const GroupKey& key);
  void remove_membership(Membership& membership);
  Status reserve_group(const GroupKey& key);
  // A place for a source that has none; nullptr: all are in use.
  GroupSource* new_source(const GroupKey& key, const IpAddress& source);
  // Merges the filters of all members anew and notes what changed.
  void merge(const GroupKey& key);
  bool is_merged_listed(const Group& group, const IpAddress& source) const;
  void note_source(const Group& group, const IpAddress& source, bool mode_changed);
  GroupSource* find_source(const GroupKey& key, const IpAddress& source);
  uint8_t robustness(const GroupKey& key) const;

  std::array<Membership, kConfig.multicast_memberships> memberships_{};
  std::array<MemberSource, kConfig.multicast_sources> member_sources_{};
  std::array<Group, kConfig.multicast_groups> groups_{};
  std::array<GroupSource, kConfig.multicast_sources * 2> sources_{};
  std::array<std::array<uint8_t, 2>, kConfig.interfaces> robustness_{};  // 0: the default
  size_t membership_count_ = 0, member_source_count_ = 0, group_count_ = 0, source_count_ = 0;
};

// Groups that routers are never told of: all hosts, and those that do not leave this host (RFC 3376
// 5, RFC 3810 6), nor is loopback anybody's link.
bool is_reported(const GroupKey& key);

}  // namespace tapstack::net
