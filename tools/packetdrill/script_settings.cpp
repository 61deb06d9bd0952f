#include "tools/packetdrill/script_settings.h"

#include <algorithm>

namespace tapstack::packetdrill {
namespace {

// How Linux's settings and FreeBSD's begin.
constexpr const char* kPrefixes[] = {"tcp_", "net.inet.tcp."};
constexpr const char* kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_.";
constexpr const char* kEndOfValue = " \t\n\\;\"'";

size_t find_name(const std::string& command, size_t from) {
  size_t found = std::string::npos;
  for (const char* prefix : kPrefixes) found = std::min(found, command.find(prefix, from));
  return found;
}

void add_from(const std::string& command, std::vector<ScriptSetting>& settings) {
  for (size_t begin = 0; (begin = find_name(command, begin)) != std::string::npos;) {
    const size_t end = command.find_first_not_of(kNameCharacters, begin);
    const std::string name = command.substr(begin, end - begin);
    begin = end;
    if (end == std::string::npos || command[end] != '=') continue;
    const bool is_quoted = command.compare(end + 1, 1, "\"") == 0;
    const size_t first = end + (is_quoted ? 2 : 1);
    const size_t last = command.find_first_of(is_quoted ? "\"" : kEndOfValue, first);
    settings.push_back({name, command.substr(first, last - first)});
  }
}

}  // namespace

std::vector<ScriptSetting> settings_in_command(const std::string& command) {
  std::vector<ScriptSetting> settings;
  add_from(command, settings);
  return settings;
}

bool flushes_metrics(const std::string& command) {
  return command.find("tcp_metrics flush") != std::string::npos;
}

std::vector<ScriptSetting> settings_in(const std::string& whole) {
  std::vector<ScriptSetting> settings;
  const std::string script = whole.substr(0, whole.find("socket("));
  for (size_t begin = 0; (begin = script.find('`', begin)) != std::string::npos;) {
    const size_t end = script.find('`', begin + 1);
    if (end == std::string::npos) break;
    add_from(script.substr(begin + 1, end - begin - 1), settings);
    begin = end + 1;
  }
  return settings;
}

}  // namespace tapstack::packetdrill
