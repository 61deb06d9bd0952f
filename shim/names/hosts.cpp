#include "shim/names/hosts.h"

#include <algorithm>

#include "shim/names/numeric.h"
#include "shim/names/text_file.h"

namespace tapstack::shim::names {
namespace {

constexpr const char* kHostsPath = "/etc/hosts";

bool parse_line(std::string_view line, HostEntry& entry) {
  line = line.substr(0, line.find('#'));
  const auto address = parse_numeric(std::string(take_word(line)));
  if (!address) return false;
  entry.address = address->address;
  entry.canonical = take_word(line);
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    entry.aliases.emplace_back(word);
  }
  return !entry.canonical.empty();
}

}  // namespace

std::vector<HostEntry> parse_hosts(std::string_view text) {
  std::vector<HostEntry> entries;
  while (!text.empty()) {
    HostEntry entry;
    if (parse_line(take_line(text), entry)) entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<HostEntry> read_hosts() { return parse_hosts(read_text_file(kHostsPath)); }

bool has_name(const HostEntry& entry, std::string_view name) {
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  return is_same_word(entry.canonical, name) ||
         std::any_of(entry.aliases.begin(), entry.aliases.end(),
                     [&](const std::string& alias) { return is_same_word(alias, name); });
}

}  // namespace tapstack::shim::names
