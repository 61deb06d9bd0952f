// Values of socket options, and the arguments of fcntl and ioctl. For traced() (call.h).
#pragma once

#include <sys/socket.h>

#include "shim/trace/call.h"

namespace tapstack::shim::trace {

struct Level {
  int level;
  void append(Line& line, const Outcome&) const;
};

struct Option {
  int level;
  int name;
  void append(Line& line, const Outcome&) const;
};

// "[1]", "{1, 10}" of SO_LINGER, "cubic", or bytes.
struct OptionValue {
  Option option;
  const void* value;
  socklen_t length;
  void append(Line& line, const Outcome&) const;
};

// The same as the call fills it; two arguments of getsockopt.
struct OptionRoom {
  Option option;
  const void* value;
  const socklen_t* length;
  void append(Line& line, const Outcome& outcome) const;
};

// A command of fcntl with its argument, if it takes one; what F_GETFL and F_GETFD tell stands
// behind the result.
struct DescriptorCommand {
  int command;
  const void* argument;
  void append(Line& line, const Outcome&) const;
  void append_behind(Line& line, const Outcome& outcome) const;
};

// The third argument of ioctl.
struct IoctlArgument {
  unsigned long request;
  const void* argument;
  void append(Line& line, const Outcome& outcome) const;
};

}  // namespace tapstack::shim::trace
