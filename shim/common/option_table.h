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
