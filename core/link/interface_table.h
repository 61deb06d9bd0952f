// The table of interfaces. Settings are changed here; what must follow from a change (flushing
// caches, announcing addresses) is net/configuration.h's.
#pragma once

#include "link/context.h"
#include "link/interface.h"
#include "util/result.h"

namespace tapstack::link {

class InterfaceTable {
 public:
  InterfaceTable();  // holds loopback

  // Errors: kNoBuffers (table full), kInvalid (name empty or taken, MTU out of range, MAC a group).
  Result<InterfaceId> add(const InterfaceSettings& settings);
  // Errors: kNoDevice, kInvalid (as above; loopback keeps its name).
  Status change(InterfaceId id, const InterfaceSettings& settings);
  // Frees what waits for the device. Errors: kNoDevice, kInvalid (loopback stays).
  Status remove(Context& ctx, InterfaceId id);
  // Errors: kNoDevice, kInvalid (no host address, no zone where one is needed, prefix too long),
  // kAddressInUse, kNoBuffers.
  Status add_address(InterfaceId id, const InterfaceAddress& address);
  // Errors: kNoDevice, kAddressNotAvailable.
  Status remove_address(InterfaceId id, const IpAddress& address);

  // nullptr: no such interface.
  Interface* find(InterfaceId id);
  const Interface* find(InterfaceId id) const;
  const Interface* find(std::string_view name) const;
  // The n-th interface, n from 0; nullptr past the last.
  const Interface* at(size_t n) const;
  // The interface that is up and has `address` as its own; nullptr: not ours.
  const Interface* owner(const IpAddress& address) const;
  std::span<const Interface> slots() const { return slots_; }  // free ones have id 0

  // Puts a frame (an IP packet where there is no link layer) into the transmit queue. kNetworkDown,
  // kNoDevice, kNoBuffers (queue full): counted, and the frame is dropped.
  Status enqueue(Context& ctx, InterfaceId id, mem::PacketPtr frame);
  // The oldest frame that waits; empty when none does.
  mem::PacketPtr next_frame(Context& ctx, InterfaceId id);

 private:
  Error check(const InterfaceSettings& settings, InterfaceId self) const;

  std::array<Interface, kConfig.interfaces> slots_{};  // slot i holds interface i + 1
};

}  // namespace tapstack::link
