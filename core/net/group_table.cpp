#include "net/group_table.h"

namespace tapstack::net {

Status GroupTable::join(InterfaceId interface, const IpAddress& group) {
  if (!group.is_multicast()) return Error::kInvalid;
  if (Membership* present = find(interface, group)) {
    if (present->members == UINT16_MAX) return Error::kNoBuffers;
    ++present->members;
    return {};
  }
  if (count_ == slots_.size()) return Error::kNoBuffers;
  slots_[count_++] = {group, interface, 1};
  return {};
}

Status GroupTable::leave(InterfaceId interface, const IpAddress& group) {
  Membership* present = find(interface, group);
  if (present == nullptr) return Error::kAddressNotAvailable;
  if (--present->members == 0) *present = slots_[--count_];
  return {};
}

bool GroupTable::is_member(InterfaceId interface, const IpAddress& group) const {
  if (group == IpAddress(Ip4Address::from(224, 0, 0, 1))) return true;
  if (group == IpAddress(Ip6Address::all_nodes(), interface)) return true;
  for (const Membership& m : memberships()) {
    if (m.group == group && m.interface == interface) return true;
  }
  return false;
}

void GroupTable::flush(InterfaceId interface) {
  for (size_t i = count_; i-- > 0;) {
    if (slots_[i].interface == interface) slots_[i] = slots_[--count_];
  }
}

GroupTable::Membership* GroupTable::find(InterfaceId interface, const IpAddress& group) {
  for (size_t i = 0; i < count_; ++i) {
    if (slots_[i].group == group && slots_[i].interface == interface) return &slots_[i];
  }
  return nullptr;
}

}  // namespace tapstack::net
