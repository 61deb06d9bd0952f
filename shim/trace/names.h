// Names of the numbers that calls take: families, types, flags, commands.
#pragma once

#include <cstdint>
#include <span>

#include "shim/trace/line.h"

namespace tapstack::shim::trace {

struct Name {
  int64_t value;
  const char* text;
};
using Names = std::span<const Name>;

// Null when it has none.
const char* name_of(Names names, int64_t value);
// By name, or as the number that it is.
void append_name(Line& line, Names names, int64_t value);
// "MSG_PEEK|MSG_DONTWAIT", with what has no name as a number at the end; "0" for none. A name of
// several bits stands before those of its bits in the table.
void append_flags(Line& line, Names names, uint64_t flags);
// "EAGAIN", or the number.
void append_error(Line& line, int error);

extern const Names kFamilies;
extern const Names kSocketTypes;
extern const Names kSocketTypeFlags;
extern const Names kIpProtocols;
extern const Names kNetlinkProtocols;
extern const Names kFrameProtocols;  // of packet sockets, in the host's order
extern const Names kShutdowns;
extern const Names kMessageFlags;
extern const Names kPollEvents;
extern const Names kEpollEvents;
extern const Names kEpollOperations;
extern const Names kDescriptorCommands;  // of fcntl
extern const Names kFileFlags;           // of F_GETFL, dup3
extern const Names kIoctls;
extern const Names kSpliceFlags;
extern const Names kAddressInfoFlags;
extern const Names kAddressInfoErrors;
extern const Names kNameInfoFlags;
extern const Names kHostErrors;  // of h_errno
extern const Names kRecordClasses;
extern const Names kRecordTypes;

}  // namespace tapstack::shim::trace
