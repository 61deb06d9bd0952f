// Composing and sending reports of multicast groups: records of IGMPv3 and MLDv2, the messages of
// the older versions, and the packets that carry them.
#pragma once

#include "net/parts.h"
#include "wire/group_report.h"

namespace tapstack::net {

// Collects records of groups of one family and sends a report whenever one is full.
class GroupReportOutput {
 public:
  GroupReportOutput(Context& ctx, Parts& parts, InterfaceId interface, Family family);

  // What changed and is still to be told (RFC 3376 5.1, RFC 3810 6.1).
  void add_changes(const Group& group);
  // The whole state (RFC 3376 5.2, Current-State Records).
  void add_state(const Group& group);
  // The answer to the query that waits for one: the state, or what of it was asked for.
  void add_answer(const Group& group);
  // Sends what was not sent yet.
  void flush();

 private:
  template <class Wants>
  void add(wire::GroupRecordType type, const Group& group, Wants&& wants);
  void begin(wire::GroupRecordType type, const Group& group);

  Context& ctx_;
  Parts& parts_;
  InterfaceId interface_;
  Family family_;
  wire::GroupReportWriter writer_;
};

// IGMPv2's or IGMPv1's (`is_oldest`) report, or MLDv1's.
void send_group_report(Context& ctx, Parts& parts, const GroupKey& key, bool is_oldest);
// IGMPv2's Leave Group, MLDv1's Done.
void send_group_leave(Context& ctx, Parts& parts, const GroupKey& key);

}  // namespace tapstack::net
