#include "tools/packetdrill/run_options.h"

#include <arpa/inet.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "shim/common/address.h"

namespace tapstack::packetdrill {
namespace {

// What packetdrill's own runner says. Without --local_ip packetdrill makes one up, which only
// bind() tells the library.
constexpr uint32_t kDefaultLocal4 = 0xc0a80001;  // 192.168.0.1
constexpr const char* kDefaultLocal6 = "fd3d:a0b:17d6::1";

std::optional<std::string> value_of(const std::string& argument, const std::string& name) {
  const std::string prefix = "--" + name + "=";
  if (argument.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  return argument.substr(prefix.size());
}

// No address: the text is none.
IpAddress parse(const std::string& text) {
  in_addr address4;
  if (inet_pton(AF_INET, text.c_str(), &address4) == 1) {
    return shim::address_from_network_order(address4.s_addr);
  }
  in6_addr address6;
  if (inet_pton(AF_INET6, text.c_str(), &address6) == 1) {
    return shim::address_from_in6(address6, 0);
  }
  return {};
}

void take(const std::string& argument, HostSettings& settings) {
  if (const auto mtu = value_of(argument, "mtu")) {
    settings.mtu_bytes = static_cast<uint32_t>(std::strtoul(mtu->c_str(), nullptr, 10));
  }
  if (const auto local = value_of(argument, "local_ip")) settings.local = parse(*local);
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// The lines of a script that begin with "--" are options of its own.
std::vector<std::string> arguments_in(const std::string& script) {
  std::vector<std::string> arguments;
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, 2, "--") != 0) continue;
    for (std::string& word : words_of(line)) arguments.push_back(std::move(word));
  }
  return arguments;
}

}  // namespace

HostSettings settings_from(const std::vector<std::string>& arguments, const std::string& script) {
  HostSettings settings;
  std::vector<std::string> all = arguments_in(script);
  all.insert(all.end(), arguments.begin(), arguments.end());  // the command line's go before
  bool is_ip6 = false;  // what packets are: with "ipv4-mapped-ipv6" only sockets are IPv6's
  for (const std::string& argument : all) {
    take(argument, settings);
    if (const auto version = value_of(argument, "ip_version")) is_ip6 = *version == "ipv6";
  }
  const bool fits = is_ip6 ? settings.local.is_ip6() : settings.local.is_ip4();
  if (!fits) settings.local = is_ip6 ? parse(kDefaultLocal6) : Ip4Address{kDefaultLocal4};
  settings.script = settings_in(script);
  return settings;
}

std::string script_of_run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return {};
  std::ifstream file(arguments.back());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> arguments_of_run() {
  std::vector<std::string> arguments;
  std::ifstream command_line("/proc/self/cmdline");
  std::string argument;
  std::getline(command_line, argument, '\0');
  while (std::getline(command_line, argument, '\0')) arguments.push_back(argument);
  return arguments;
}

bool add_flags(const char* flags, HostSettings& settings) {
  std::istringstream in(flags != nullptr ? flags : "");
  for (std::string flag; std::getline(in, flag, ',');) {
    if (flag != "superframes") return false;
    settings.superframes = true;
  }
  return true;
}

}  // namespace tapstack::packetdrill
