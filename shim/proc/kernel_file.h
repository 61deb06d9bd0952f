// A file of the kernel's own, for tables that are told from it with some lines of the stack's.
#pragma once

#include <string>
#include <string_view>

namespace tapstack::shim::proc {

// All that is in it now; an errno if it cannot be read.
int read_kernel_file(const char* path, std::string& all);
// Takes the first line off the front of `rest`, its newline included where it has one.
std::string_view take_line(std::string_view& rest);

}  // namespace tapstack::shim::proc
