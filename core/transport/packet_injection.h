// Frames that packet sockets send.
#pragma once

#include <span>

#include "link/context.h"
#include "net/network.h"
#include "transport/packet_endpoint.h"
#include "util/result.h"

namespace tapstack::transport {

// Where a frame shall go, as sendto() says; not named: where the socket is bound.
struct FrameTarget {
  bool is_named = false;
  PacketBinding to;
  LinkAddress destination;  // of cooked sockets
};

// Whether frames of `packet` mark belong to the endpoint of that index: they are not shown to it.
bool is_injected_by(const mem::Packet& frame, mem::Index endpoint);

// Puts one frame into the interface's queue; bytes of it. Errors, in Linux's order (packet_snd):
// kNoSuchDevice, kNetworkDown, kMessageTooLong (more than MTU and link header), kInvalid (nothing,
// less than a link header, or cooked without destination), kNoBuffers.
Result<size_t> inject(Context& ctx, net::Network& network, const PacketEndpoint& endpoint,
                      std::span<const mem::ConstBytes> parts, const FrameTarget& target);

}  // namespace tapstack::transport
