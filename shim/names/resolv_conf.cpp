#include "shim/names/resolv_conf.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "shim/names/text_file.h"

namespace tapstack::shim::names {
namespace {

constexpr const char* kResolvConfPath = "/etc/resolv.conf";
constexpr size_t kServersMax = 3;   // MAXNS
constexpr unsigned kNdotsMax = 15;  // RES_MAXNDOTS
constexpr unsigned kTimeoutMaxS = 30;
constexpr unsigned kAttemptsMax = 5;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
    words.emplace_back(word);
  }
  return words;
}

// The number behind "ndots:", at most `max`; empty: another option.
std::optional<unsigned> number_behind(std::string_view word, std::string_view name, unsigned max) {
  if (!word.starts_with(name)) return std::nullopt;
  const unsigned long number =
      std::strtoul(std::string(word.substr(name.size())).c_str(), nullptr, 10);
  return static_cast<unsigned>(std::min<unsigned long>(number, max));
}

void apply_option(std::string_view word, ResolverSettings& settings) {
  if (const auto ndots = number_behind(word, "ndots:", kNdotsMax)) settings.ndots = *ndots;
  if (const auto timeout = number_behind(word, "timeout:", kTimeoutMaxS)) {
    settings.timeout_s = std::max(*timeout, 1u);
  }
  if (const auto attempts = number_behind(word, "attempts:", kAttemptsMax)) {
    settings.attempts = std::max(*attempts, 1u);
  }
  if (word == "rotate") settings.rotates = true;
  if (word == "use-vc") settings.uses_stream = true;
  if (word == "edns0") settings.has_edns = true;
  if (word == "trust-ad") settings.trusts_ad = true;
  if (word == "no-aaaa") settings.asks_no_aaaa = true;
}

void add_server(std::string_view word, InterfaceNumber number_of, ResolverSettings& settings) {
  if (settings.servers.size() == kServersMax) return;
  const auto server = parse_numeric(std::string(word), number_of);
  if (!server) return;
  const IpAddress& address = server->address;
  const auto zone = InterfaceId{static_cast<uint8_t>(server->scope)};
  settings.servers.push_back(
      {address.is_ip6() ? IpAddress(address.ip6(), zone) : address, wire::kDnsPort});
}

// What the name of this machine says, where nobody names a domain.
std::vector<std::string> own_domain() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return {};
  const std::string_view text = name;
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot + 1 == text.size()) return {};
  return {std::string(text.substr(dot + 1))};
}

}  // namespace

void apply_resolver_options(std::string_view words, ResolverSettings& settings) {
  for (const std::string& word : words_of(words)) apply_option(word, settings);
}

void apply_resolv_conf(std::string_view text, InterfaceNumber number_of,
                       ResolverSettings& settings) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.starts_with(';') || line.starts_with('#')) continue;
    const std::string_view keyword = take_word(line);
    if (keyword == "nameserver") add_server(take_word(line), number_of, settings);
    if (keyword == "domain") settings.search = {std::string(take_word(line))};
    if (keyword == "search") settings.search = words_of(line);
    if (keyword == "options") apply_resolver_options(line, settings);
  }
}

ResolverSettings read_resolver_settings(InterfaceNumber number_of) {
  ResolverSettings settings;
  apply_resolv_conf(read_text_file(kResolvConfPath), number_of, settings);
  if (settings.search.empty()) settings.search = own_domain();
  if (const char* domains = ::secure_getenv("LOCALDOMAIN")) settings.search = words_of(domains);
  if (const char* options = ::secure_getenv("RES_OPTIONS")) {
    apply_resolver_options(options, settings);
  }
  return settings;
}

std::vector<std::string> names_to_try(const std::string& name, const ResolverSettings& settings) {
  if (name.ends_with('.')) return {name};
  std::vector<std::string> names;
  for (const std::string& domain : settings.search) {
    names.push_back(domain == "." ? name : name + "." + domain);
  }
  const auto dots = static_cast<size_t>(std::ranges::count(name, '.'));
  if (std::ranges::find(names, name) != names.end()) return names;
  names.insert(dots >= settings.ndots ? names.begin() : names.end(), name);
  return names;
}

}  // namespace tapstack::shim::names
