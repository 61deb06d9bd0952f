#include "shim/hooks/devices.h"

#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/address.h"
#include "shim/hooks/ask.h"

namespace tapstack::shim {

bool interface_numbered(unsigned index, InterfaceRecord& record) {
  for (int n = 0; ask::interface(n, record) == 0; ++n) {
    if (record.id == index) return true;
  }
  return false;
}

bool interface_named(const char* name, InterfaceRecord& record) {
  for (int n = 0; ask::interface(n, record) == 0; ++n) {
    if (std::strncmp(name, record.name, sizeof record.name) == 0) return true;
  }
  return false;
}

int get_bound_device(SlotId id, void* value, socklen_t* length) {
  int64_t index = 0;
  if (const int error = ask::get_option(id, Option::kBindInterface, index); error != 0)
    return error;
  if (index == 0) {
    *length = 0;
    return 0;
  }
  if (*length < IFNAMSIZ) return EINVAL;
  InterfaceRecord record;
  if (!interface_numbered(static_cast<unsigned>(index), record)) return ENODEV;
  if (value == nullptr) return EFAULT;
  const size_t bytes = strnlen(record.name, sizeof record.name - 1) + 1;
  std::memcpy(value, record.name, bytes);
  *length = static_cast<socklen_t>(bytes);
  return 0;
}

int bind_to_device(SlotId id, const void* value, socklen_t length) {
  char name[IFNAMSIZ] = {};
  const size_t bytes = std::min<size_t>(length, IFNAMSIZ - 1);
  if (bytes > 0 && value == nullptr) return EFAULT;
  if (bytes > 0) std::memcpy(name, value, bytes);
  if (name[0] == '\0') return ask::set_option(id, Option::kBindInterface, 0);
  InterfaceRecord record;
  if (!interface_named(name, record)) return ENODEV;
  Request request = ask::about(Op::kSetOption, id);
  request.args[0] = static_cast<int64_t>(Option::kBindInterface);
  request.args[1] = record.id;
  std::memcpy(request.payload, name, sizeof name);
  request.payload_bytes = sizeof name;
  Reply reply;
  return ask::call(request, reply);
}

int interface_with(in_addr address, InterfaceRecord& record) {
  const IpAddress wanted = address_from_network_order(address.s_addr);
  for (int n = 0; ask::interface(n, record) == 0; ++n) {
    for (size_t i = 0; i < record.address_count; ++i) {
      if (record.addresses[i].address == wanted) return record.id;
    }
  }
  return 0;
}

}  // namespace tapstack::shim
