#include "shim/trace/option_value.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "shim/trace/memory.h"
#include "shim/trace/names.h"
#include "shim/trace/option_names.h"

namespace tapstack::shim::trace {
namespace {

bool is_string(const Option& option) {
  if (option.level == SOL_SOCKET) return option.name == SO_BINDTODEVICE;
  return option.level == IPPROTO_TCP && (option.name == TCP_CONGESTION || option.name == TCP_ULP);
}

bool is_time(const Option& option) {
  return option.level == SOL_SOCKET && (option.name == SO_RCVTIMEO || option.name == SO_SNDTIMEO);
}

void append_number(Line& line, const Option& option, const uint8_t* bytes) {
  int number = 0;
  std::memcpy(&number, bytes, sizeof number);
  line.text("[");
  if (option.level == SOL_SOCKET && option.name == SO_ERROR && number != 0) {
    append_error(line, number);
  } else {
    line.number(number);
  }
  line.text("]");
}

void append_linger(Line& line, const uint8_t* bytes) {
  linger value;
  std::memcpy(&value, bytes, sizeof value);
  line.text("{");
  line.number(value.l_onoff);
  line.text(", ");
  line.number(value.l_linger);
  line.text("}");
}

// A number behind `argument`, in brackets.
void append_pointed(Line& line, const void* argument) {
  const std::optional<int> number = value_at(static_cast<const int*>(argument));
  if (!number) return line.pointer(argument);
  line.text("[");
  line.number(*number);
  line.text("]");
}

}  // namespace

void Level::append(Line& line, const Outcome&) const { append_level(line, level); }

void Option::append(Line& line, const Outcome&) const { append_option(line, level, name); }

void OptionValue::append(Line& line, const Outcome&) const {
  uint8_t bytes[64];
  const size_t wanted = std::min<size_t>(length, sizeof bytes);
  const size_t copied = copy_from(value, bytes, wanted);
  if (copied < wanted || wanted == 0) return line.pointer(value);
  if (is_string(option)) {
    const size_t end = strnlen(reinterpret_cast<const char*>(bytes), copied);
    return line.quoted({bytes, end}, false);
  }
  if (option.level == SOL_SOCKET && option.name == SO_LINGER && copied == sizeof(linger)) {
    return append_linger(line, bytes);
  }
  if (is_time(option) && copied == sizeof(timeval)) {
    constexpr size_t kMicroDigits = 6;
    timeval time;
    std::memcpy(&time, bytes, sizeof time);
    return line.seconds(time.tv_sec, time.tv_usec, kMicroDigits);
  }
  if (copied == sizeof(int)) return append_number(line, option, bytes);
  line.quoted({bytes, copied}, copied < length);
}

void OptionRoom::append(Line& line, const Outcome& outcome) const {
  const std::optional<socklen_t> filled = value_at(length);
  if (outcome.has_failed() || !filled) {
    line.pointer(value);
  } else {
    OptionValue{option, value, *filled}.append(line, outcome);
  }
  line.text(", ");
  if (!filled) return line.pointer(length);
  line.text("[");
  line.number(*filled);
  line.text("]");
}

void DescriptorCommand::append(Line& line, const Outcome&) const {
  append_name(line, kDescriptorCommands, command);
  const auto number = static_cast<int>(reinterpret_cast<intptr_t>(argument));
  switch (command) {
    case F_GETFL:
    case F_GETFD:
    case F_GETOWN:
    case F_GETSIG:
      return;
    default:
      line.text(", ");
  }
  switch (command) {
    case F_SETFL:
      return append_flags(line, kFileFlags, static_cast<uint32_t>(number));
    case F_SETFD:
      return line.text(number == FD_CLOEXEC ? "FD_CLOEXEC" : "0");
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
    case F_SETOWN:
    case F_SETSIG:
      return line.number(number);
    default:
      return line.pointer(argument);
  }
}

void DescriptorCommand::append_behind(Line& line, const Outcome& outcome) const {
  if (outcome.result <= 0) return;
  if (command == F_GETFD) return line.text(" FD_CLOEXEC");
  if (command != F_GETFL) return;
  line.text(" ");
  append_flags(line, kFileFlags, static_cast<uint64_t>(outcome.result));
}

void IoctlArgument::append(Line& line, const Outcome& outcome) const {
  switch (request & 0xffffffffUL) {
    case FIONBIO:
    case FIOASYNC:
      return append_pointed(line, argument);
    case FIONREAD:
    case TIOCOUTQ:
    case SIOCOUTQNSD:
    case SIOCATMARK:
      if (!outcome.has_failed()) return append_pointed(line, argument);
      return line.pointer(argument);
    default:
      return line.pointer(argument);
  }
}

}  // namespace tapstack::shim::trace
