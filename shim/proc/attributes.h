// /sys/class/net as far as it tells of interfaces of the stack: it has no others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shim/proc/text.h"

namespace tapstack::shim::proc {

// What a path below /sys/class/net is ("ts0/mtu"; empty: that folder). Asks no engine: which names
// the stack's interfaces have is known from the settings.
enum class Attributes : uint8_t { kNone, kFile, kFolder };
Attributes find_attribute(std::string_view name);
// Writes the value of one that is a file. 0, or the errno of the read on Linux.
int write_attribute(std::string_view name, Text& text);

// Entry `n`, counted from 0, of one that is a folder; empty behind the last.
std::string attribute_entry(std::string_view folder, size_t n);

}  // namespace tapstack::shim::proc
