// An engine as it is handed to another process: what is not in the memory of the stack. The
// descriptors that it names are inherited at the same numbers, so that what the kernel keeps about
// them (epoll sets with their registrations, timers, pending events) goes on as it is.
#pragma once

#include <type_traits>

#include "shim/common/identity.h"
#include "shim/engine/address_clients.h"
#include "shim/engine/link.h"
#include "shim/engine/slots.h"
#include "shim/engine/watch.h"
#include "shim/netlink/state.h"

namespace tapstack::shim {

struct EngineImage {
  // Both sides must be of one build.
  uint32_t version = kProtocolVersion;
  uint32_t image_bytes = sizeof(EngineImage);
  uint32_t slot_bytes = sizeof(Slot);
  uint32_t netlink_bytes = sizeof(netlink::Socket);

  EngineToken token;
  int stack_fd = -1;       // the memory of the stack
  int rendezvous_fd = -1;  // where others join; -1: nowhere
  WatchImage watch;
  SlotsImage slots;  // behind the image come the slots themselves, slots.end of them, then
                     // slots.own_end of those without a socket of the core, then as many
                     // netlink::Sockets
  LinkImage link;
  netlink::State::InterfaceFlags interface_flags{};
  AddressClientsState clients;

  bool fits() const {
    return version == kProtocolVersion && image_bytes == sizeof(EngineImage) &&
           slot_bytes == sizeof(Slot) && netlink_bytes == sizeof(netlink::Socket);
  }
};
static_assert(std::is_trivially_copyable_v<EngineImage>);
static_assert(std::is_trivially_copyable_v<Slot>);

}  // namespace tapstack::shim
