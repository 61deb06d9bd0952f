#include "shim/names/hosts.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "shim/names/numeric.h"

namespace tapstack::shim::names {
namespace {

constexpr const char* kPath = "/etc/hosts";
constexpr std::string_view kBlank = " \t\r\f\v";

// The next word of `line`, which loses it; empty at its end.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(word.size());
  return word;
}

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

bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::vector<HostEntry> parse_hosts(std::string_view text) {
  std::vector<HostEntry> entries;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    HostEntry entry;
    if (parse_line(line, entry)) entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<HostEntry> read_hosts() {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(kPath, "re"), std::fclose);
  if (!file) return {};
  std::string text;
  char part[4096];
  for (size_t bytes; (bytes = std::fread(part, 1, sizeof part, file.get())) > 0;) {
    text.append(part, bytes);
  }
  return parse_hosts(text);
}

bool has_name(const HostEntry& entry, std::string_view name) {
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  return is_same(entry.canonical, name) ||
         std::any_of(entry.aliases.begin(), entry.aliases.end(),
                     [&](const std::string& alias) { return is_same(alias, name); });
}

}  // namespace tapstack::shim::names
