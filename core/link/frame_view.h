// A frame as packet sockets see it: what its link header says, or would say if the interface had
// one.
#pragma once

#include <array>
#include <cstdint>

#include "link/interface.h"
#include "mem/packet_memory.h"
#include "wire/ethernet.h"

namespace tapstack::link {

// Loopback's packets have no link header inside the stack; to whoever looks they have one of zero
// addresses, as on Linux.
struct FrameView {
  std::array<uint8_t, wire::EthernetView::kHeaderBytes> header{};  // if is_made_up
  bool is_made_up = false;   // `header` stands in front of the packet's bytes
  uint8_t header_bytes = 0;  // of the link header, made up or in the packet
  uint16_t protocol = 0;     // an ethertype, or as Linux has it for IEEE 802.3 (1, 4); 0: unknown
  MacAddress destination, source;
};

// Of what goes through `interface`, on its way in or out. Too short for a link header: protocol 0.
FrameView view_frame(const mem::PacketMemory& memory, const Interface& interface,
                     const mem::Packet& frame);

}  // namespace tapstack::link
