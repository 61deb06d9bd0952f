// Options of IPv4's header and extension headers of IPv6, as programs give them and hear of them:
// IP_OPTIONS, and RFC 3542's sticky options and control messages.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>

#include "core/api/types.h"
#include "shim/common/protocol.h"
#include "shim/hooks/control.h"
#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// Whether the option sets one of them for all that is sent.
bool is_packet_header(int level, int name);
int set_packet_header(const Handle& handle, int name, const void* value, socklen_t length);
int get_packet_header(const Handle& handle, int name, void* value, socklen_t* length);

// A control message of a datagram to send that brings one: adds it to `options`. 0, EINVAL, EPERM
// or ENOBUFS; ENOENT if it is none of these.
int read_packet_header(const cmsghdr* entry, PacketOptions& options);

// Tells of the options that a datagram came with, `bytes` of the packet behind its fixed header, as
// far as `wanted` says.
void write_packet_headers(control::Writer& writer, uint32_t wanted, const DatagramHeader& header,
                          std::span<const uint8_t> bytes);

}  // namespace tapstack::shim
