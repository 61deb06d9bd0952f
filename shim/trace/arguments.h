// Arguments that are numbers with names, and texts. For traced() (call.h).
#pragma once

#include <cstdint>

#include "shim/trace/call.h"
#include "shim/trace/names.h"

namespace tapstack::shim::trace {

// One of several names.
struct Named {
  const Names& names;
  int64_t value;
  void append(Line& line, const Outcome&) const { append_name(line, names, value); }
};

// Names joined by "|".
struct Flags {
  const Names& names;
  uint64_t value;
  Flags(const Names& of, int flags) : names(of), value(static_cast<uint32_t>(flags)) {}
  Flags(const Names& of, unsigned flags) : names(of), value(flags) {}
  void append(Line& line, const Outcome&) const { append_flags(line, names, value); }
};

// The second argument of socket(): a type and its flags.
struct SocketType {
  int type;
  void append(Line& line, const Outcome&) const;
};

// A string of C that the program gave.
struct Text {
  const char* text;
  void append(Line& line, const Outcome&) const;
};

// Three dots behind a list that is longer than what is shown of it.
constexpr size_t kListedMax = 16;

// "[" and "]" around `count` items, of which the first kListedMax are shown; `append(i)` shows one
// and returns false where memory ends.
template <class Append>
void append_list(Line& line, size_t count, Append append) {
  line.text("[");
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) line.text(", ");
    if (i == kListedMax) {
      line.text("...");
      break;
    }
    if (!append(i)) {
      line.text("?");
      break;
    }
  }
  line.text("]");
}

}  // namespace tapstack::shim::trace
