#include "tools/packetdrill/script_settings.h"

namespace tapstack::packetdrill {
namespace {

constexpr const char* kPrefix = "tcp_";
constexpr const char* kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_";
constexpr const char* kEndOfValue = " \t\n\\;\"'";

void add_from(const std::string& command, std::vector<ScriptSetting>& settings) {
  for (size_t begin = 0; (begin = command.find(kPrefix, begin)) != std::string::npos;) {
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

std::vector<ScriptSetting> settings_in(const std::string& script) {
  std::vector<ScriptSetting> settings;
  for (size_t begin = 0; (begin = script.find('`', begin)) != std::string::npos;) {
    const size_t end = script.find('`', begin + 1);
    if (end == std::string::npos) break;
    add_from(script.substr(begin + 1, end - begin - 1), settings);
    begin = end + 1;
  }
  return settings;
}

}  // namespace tapstack::packetdrill
