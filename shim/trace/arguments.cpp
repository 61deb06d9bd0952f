#include "shim/trace/arguments.h"

#include <cstring>

#include "shim/trace/memory.h"

namespace tapstack::shim::trace {

void SocketType::append(Line& line, const Outcome&) const {
  constexpr int kTypeMask = 0xf;  // SOCK_TYPE_MASK of the kernel
  append_name(line, kSocketTypes, type & kTypeMask);
  const auto flags = static_cast<uint32_t>(type & ~kTypeMask);
  if (flags == 0) return;
  line.text("|");
  append_flags(line, kSocketTypeFlags, flags);
}

void Text::append(Line& line, const Outcome&) const {
  uint8_t bytes[256];  // of a domain name at most, RFC 1035 2.3.4
  const size_t readable = copy_from(text, bytes, sizeof bytes);
  if (readable == 0) return line.pointer(text);
  const size_t length = strnlen(reinterpret_cast<const char*>(bytes), readable);
  line.quoted({bytes, length}, length == readable, sizeof bytes);
}

}  // namespace tapstack::shim::trace
