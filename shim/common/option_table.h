// Which socket options there are, by level and name, and what takes care of each.
#pragma once

#include <cstdint>

#include "core/api/types.h"

namespace tapstack::shim {

// What a program wants to hear about a datagram in control messages. The stack delivers all of it
// with every datagram; the hooks add what was asked for. And what else they have to remember of a
// socket. One bit each.
struct Wanted {
  static constexpr uint32_t kTimestamp = 1;    // SO_TIMESTAMP
  static constexpr uint32_t kTimestampNs = 2;  // SO_TIMESTAMPNS
  static constexpr uint32_t kTtl = 4;          // IP_RECVTTL
  static constexpr uint32_t kTos = 8;          // IP_RECVTOS
  static constexpr uint32_t kPacketInfo = 16;  // IP_PKTINFO
  static constexpr uint32_t kOptions = 32;     // IP_RECVOPTS: the stack drops received IP options
  static constexpr uint32_t kInQueue = 256;    // TCP_INQ
  static constexpr uint32_t kIp6PacketInfo = 512;       // IPV6_RECVPKTINFO
  static constexpr uint32_t kIp6HopLimit = 1024;        // IPV6_RECVHOPLIMIT
  static constexpr uint32_t kIp6TrafficClass = 2048;    // IPV6_RECVTCLASS
  static constexpr uint32_t kIp6PacketInfo2292 = 4096;  // IPV6_2292PKTINFO, of RFC 2292
  static constexpr uint32_t kIp6HopLimit2292 = 8192;    // IPV6_2292HOPLIMIT
  // Extension headers are not kept, so none are ever returned.
  static constexpr uint32_t kIp6RoutingHeader = 16384;       // IPV6_RECVRTHDR
  static constexpr uint32_t kIp6HopOptions = 32768;          // IPV6_RECVHOPOPTS
  static constexpr uint32_t kIp6DestinationOptions = 65536;  // IPV6_RECVDSTOPTS
  static constexpr uint32_t kLinger = 128;     // SO_LINGER with a time: close() may have to wait
  static constexpr uint32_t kRawOptions = 64;  // IP_RETOPTS: as above, so none are ever returned
};

enum class OptionStyle : uint8_t {
  kBool,    // an int, read back as 0 or 1
  kInt,     // an int
  kUInt,    // the same bits as an unsigned number
  kWanted,  // a bit of Wanted
  kLinger,  // struct linger
  kNative,  // the handle's own: the kernel does it
  kFixed,   // can be read only; computed by the hook
};

struct OptionRow {
  int level;
  int name;
  OptionStyle style;
  Option option;    // kBool, kInt, kUInt, kLinger
  uint32_t wanted;  // kWanted
};

// The row for an option, or null if the stack has none such.
const OptionRow* find_option(int level, int name);

}  // namespace tapstack::shim
