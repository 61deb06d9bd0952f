// Who is asked for names of hosts, in which order: the line "hosts:" of /etc/nsswitch.conf,
// nsswitch.conf(5). Of its services files and dns are done here.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tapstack::shim::names {

enum class HostSource : uint8_t { kFiles, kDns };

struct HostStep {
  HostSource source = HostSource::kFiles;
  bool ends_if_not_found = false;  // [NOTFOUND=return] behind it
  bool ends_if_no_answer = false;  // [TRYAGAIN=return], [UNAVAIL=return]
  bool operator==(const HostStep&) const = default;
};

// The steps of a file's text; without a line that names either source: files, then dns, as glibc.
std::vector<HostStep> parse_nsswitch(std::string_view text);
std::vector<HostStep> read_nsswitch();

}  // namespace tapstack::shim::names
