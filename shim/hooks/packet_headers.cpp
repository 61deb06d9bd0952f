#include "shim/hooks/packet_headers.h"

#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/capability.h"
#include "shim/common/errno_map.h"
#include "shim/common/option_table.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/option_value.h"

namespace tapstack::shim {
namespace {

constexpr size_t kExtensionUnit = 8;         // RFC 8200 4: what lengths count
constexpr size_t kExtensionMax = 8 * 255;    // ipv6_set_opt_hdr
constexpr uint8_t kRouterAlertOption = 148;  // IPOPT_RA

// What a header is to the stack. A routing header is none: those that Linux would take are of
// mobile nodes (RFC 6275) and of segment routing (RFC 8754), which this host is neither.
bool kind_of(int name, PacketHeader& header) {
  switch (name) {
    case IPV6_HOPOPTS:
    case IPV6_2292HOPOPTS:
      header = PacketHeader::kHopByHop;
      return true;
    case IPV6_RTHDRDSTOPTS:
      header = PacketHeader::kBeforeRouting;
      return true;
    case IPV6_DSTOPTS:
    case IPV6_2292DSTOPTS:
      header = PacketHeader::kDestination;
      return true;
    default:
      return false;
  }
}

// ip_options_compile: without privilege only what it understands.
bool needs_privilege(std::span<const uint8_t> options) {
  for (size_t at = 0; at < options.size() && options[at] != IPOPT_EOL;) {
    const uint8_t type = options[at];
    if (type == IPOPT_NOP) {
      ++at;
      continue;
    }
    if (type != IPOPT_RR && type != IPOPT_TS && type != kRouterAlertOption) return true;
    if (at + 1 >= options.size() || options[at + 1] < 2) return false;  // malformed, said elsewhere
    at += options[at + 1];
  }
  return false;
}

int keep(const Handle& handle, PacketHeader header, std::span<const uint8_t> bytes) {
  Request request = ask::about(Op::kSetPacketHeader, handle.id);
  request.args[0] = static_cast<int64_t>(header);
  request.payload_bytes = static_cast<uint16_t>(bytes.size());
  if (!bytes.empty()) std::memcpy(request.payload, bytes.data(), bytes.size());
  Reply reply;
  return ask::call(request, reply);
}

int set_ip4_options(const Handle& handle, const void* value, socklen_t length) {
  if (length > PacketOptions::kIp4BytesMax) return EINVAL;
  if (length > 0 && value == nullptr) return EFAULT;
  if (handle.is_stream) return length == 0 ? 0 : ENOPROTOOPT;
  const std::span bytes(static_cast<const uint8_t*>(value), length);
  if (needs_privilege(bytes) && !has_capability(CAP_NET_RAW)) return EINVAL;
  return keep(handle, PacketHeader::kIp4Options, bytes);
}

size_t extension_bytes(const uint8_t* header) { return (header[1] + size_t{1}) * kExtensionUnit; }

int add(PacketOptions& options, PacketHeader header, const uint8_t* data, size_t bytes) {
  return to_errno(options.set(header, {data, bytes}).error());
}

// ip6_datagram_send_ctl.
int read_ip6_header(const cmsghdr* entry, PacketHeader header, PacketOptions& options) {
  const size_t bytes = entry->cmsg_len - CMSG_LEN(0);
  const uint8_t* data = CMSG_DATA(entry);
  if (bytes < sizeof(ip6_ext) || bytes < extension_bytes(data)) return EINVAL;
  if (!has_capability(CAP_NET_RAW)) return EPERM;
  return add(options, header, data, extension_bytes(data));
}

// By the type of a received extension header.
struct Told {
  uint8_t type;
  uint32_t wanted, wanted_2292;
  int name, name_2292;
};
constexpr Told kTold[] = {
    {IPPROTO_HOPOPTS, Wanted::kIp6HopOptions, Wanted::kIp6HopOptions2292, IPV6_HOPOPTS,
     IPV6_2292HOPOPTS},
    {IPPROTO_ROUTING, Wanted::kIp6RoutingHeader, Wanted::kIp6RoutingHeader2292, IPV6_RTHDR,
     IPV6_2292RTHDR},
    {IPPROTO_DSTOPTS, Wanted::kIp6DestinationOptions, Wanted::kIp6DestinationOptions2292,
     IPV6_DSTOPTS, IPV6_2292DSTOPTS},
};

void write_extension(control::Writer& writer, uint32_t wanted, uint8_t type,
                     std::span<const uint8_t> header) {
  for (const Told& told : kTold) {
    if (told.type != type) continue;
    if ((wanted & told.wanted) != 0) {
      writer.add(IPPROTO_IPV6, told.name, header.data(), header.size());
    }
    if ((wanted & told.wanted_2292) != 0) {
      writer.add(IPPROTO_IPV6, told.name_2292, header.data(), header.size());
    }
  }
}

void write_extensions(control::Writer& writer, uint32_t wanted, uint8_t type,
                      std::span<const uint8_t> rest) {
  while (rest.size() >= kExtensionUnit) {
    const size_t bytes = type == IPPROTO_FRAGMENT ? kExtensionUnit : extension_bytes(rest.data());
    if (bytes > rest.size()) return;  // there was no room for all of it
    write_extension(writer, wanted, type, rest.first(bytes));
    type = rest[0];
    rest = rest.subspan(bytes);
  }
}

}  // namespace

bool is_packet_header(int level, int name) {
  PacketHeader header{};
  if (level == IPPROTO_IP) return name == IP_OPTIONS;
  const bool is_2292 = name == IPV6_2292HOPOPTS || name == IPV6_2292DSTOPTS;  // to hear of them
  return level == IPPROTO_IPV6 && !is_2292 && (name == IPV6_RTHDR || kind_of(name, header));
}

int set_packet_header(const Handle& handle, int name, const void* value, socklen_t length) {
  if (name == IP_OPTIONS) return set_ip4_options(handle, value, length);
  const auto* data = static_cast<const uint8_t*>(value);
  if (length > 0 && data == nullptr) return EINVAL;
  if (length > 0 && (length % kExtensionUnit != 0 || length > kExtensionMax)) return EINVAL;
  if (name != IPV6_RTHDR && !has_capability(CAP_NET_RAW)) return EPERM;
  if (length > 0 && extension_bytes(data) > length) return EINVAL;
  if (name == IPV6_RTHDR) return length == 0 ? 0 : EINVAL;
  if (handle.is_stream) return length == 0 ? 0 : ENOPROTOOPT;
  PacketHeader header{};
  kind_of(name, header);
  return keep(handle, header, {data, length == 0 ? 0 : extension_bytes(data)});
}

int get_packet_header(const Handle& handle, int name, void* value, socklen_t* length) {
  PacketHeader header = PacketHeader::kIp4Options;
  const bool is_kept = name == IP_OPTIONS || kind_of(name, header);
  if (handle.is_stream || !is_kept) return option_value::put(value, length, nullptr, 0);
  Request request = ask::about(Op::kPacketHeader, handle.id);
  request.args[0] = static_cast<int64_t>(header);
  Reply reply;
  if (const int error = ask::call(request, reply); error != 0) return error;
  return option_value::put(value, length, reply.payload, reply.payload_bytes);
}

int read_packet_header(const cmsghdr* entry, PacketOptions& options) {
  if (entry->cmsg_level == IPPROTO_IP && entry->cmsg_type == IP_RETOPTS) {
    const size_t bytes = std::min(entry->cmsg_len - CMSG_LEN(0), PacketOptions::kIp4BytesMax);
    const std::span given(CMSG_DATA(entry), bytes);
    if (needs_privilege(given) && !has_capability(CAP_NET_RAW)) return EINVAL;
    return add(options, PacketHeader::kIp4Options, given.data(), given.size());
  }
  if (entry->cmsg_level != IPPROTO_IPV6) return ENOENT;
  PacketHeader header{};
  if (kind_of(entry->cmsg_type, header)) return read_ip6_header(entry, header, options);
  return entry->cmsg_type == IPV6_RTHDR || entry->cmsg_type == IPV6_2292RTHDR ? EINVAL : ENOENT;
}

void write_packet_headers(control::Writer& writer, uint32_t wanted, const DatagramHeader& header,
                          std::span<const uint8_t> bytes) {
  if (bytes.empty()) return;
  if (header.peer.address.is_ip6()) {
    return write_extensions(writer, wanted, header.first_header, bytes);
  }
  if ((wanted & Wanted::kOptions) != 0) {
    writer.add(IPPROTO_IP, IP_RECVOPTS, bytes.data(), bytes.size());
  }
  if ((wanted & Wanted::kRawOptions) != 0) {
    writer.add(IPPROTO_IP, IP_RETOPTS, bytes.data(), bytes.size());
  }
}

}  // namespace tapstack::shim
