#include "tools/uplink.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "tools/network_commands.h"

namespace tapstack::tools {
namespace {

using tapif::Failure;
using tapif::os::Fd;

constexpr const char* kForwarding = "/proc/sys/net/ipv4/ip_forward";
constexpr const char* kPrefix = "tsup";
constexpr const char* kInside = "up0";
constexpr unsigned kSubnets = 32'768;  // of four addresses in 198.18.0.0/15 (RFC 2544 C.2.2)

Failure run_all(const std::vector<Words>& commands, const Fd& network) {
  for (const Words& words : commands) {
    if (Failure failure = run_network_command(words, network)) return failure;
  }
  return {};
}

bool write_setting(const char* path, const std::string& value) {
  const Fd fd(::open(path, O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), value.data(), value.size()) > 0;
}

std::string first_character(const std::string& path) {
  return tapif::os::read_file(path.c_str()).substr(0, 1);
}

// What forwarding was before the first of several stacks: each notes it as its link's alias. Empty:
// there is no other.
std::string forwarding_noted_by_others(const std::string& own) {
  const std::unique_ptr<DIR, int (*)(DIR*)> links(::opendir("/sys/class/net"), ::closedir);
  while (const dirent* entry = links ? ::readdir(links.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (!name.starts_with(kPrefix) || name == own) continue;
    std::string noted = first_character("/sys/class/net/" + name + "/ifalias");
    if (!noted.empty()) return noted;
  }
  return {};
}

// Rules and forwarding of the machine; all or nothing.
Failure forward(const Masquerade& rules) {
  Failure failure = change_rules(rules, RuleChange::kMake, {});
  if (!failure && !write_setting(kForwarding, "1")) {
    failure = {EPERM, std::string("cannot write ") + kForwarding};
  }
  if (failure) change_rules(rules, RuleChange::kTakeBack, {});
  return failure;
}

void wait_until_readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  while (::poll(&one, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

Uplink::Uplink(std::string bridge)
    : bridge_(std::move(bridge)),
      link_(kPrefix + std::to_string(::getpid())),
      subnet_(static_cast<unsigned>(::getpid()) % kSubnets),
      machine_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {}

// 0: the subnet, 1: the machine's end, 2: the other.
std::string Uplink::address(unsigned host) const {
  const unsigned value = 198u << 24 | 18u << 16 | (subnet_ * 4 + host);
  return std::to_string(value >> 24) + "." + std::to_string(value >> 16 & 255) + "." +
         std::to_string(value >> 8 & 255) + "." + std::to_string(value & 255);
}

Duties Uplink::duties() const {
  const Masquerade rules = {address(0) + "/30", link_, true};
  const std::string link = link_;
  const auto before = std::make_shared<std::string>();  // what forwarding was
  return {[rules, link, before](std::string& told) {
            *before = forwarding_noted_by_others(link);
            if (before->empty()) *before = first_character(kForwarding);
            told = *before;
            return forward(rules);
          },
          [rules, link, before](int end, int) {
            wait_until_readable(end);
            change_rules(rules, RuleChange::kTakeBack, {});
            run_network_command({"ip", "link", "del", link}, {});
            if (forwarding_noted_by_others(link).empty()) write_setting(kForwarding, *before);
          }};
}

Failure Uplink::connect(const std::string& tap, const std::string& told) const {
  const std::string pid = std::to_string(::getpid());
  if (Failure failure = run_network_command(
          {"ip", "link", "add", link_, "type", "veth", "peer", "name", kInside, "netns", pid},
          machine_)) {
    return failure;
  }
  return is_nat() ? connect_nat(tap, told) : connect_bridge(tap);
}

Failure Uplink::connect_nat(const std::string& tap, const std::string& told) const {
  if (Failure failure = run_all({{"ip", "addr", "add", address(1) + "/30", "dev", link_},
                                 {"ip", "link", "set", link_, "alias", told},
                                 {"ip", "link", "set", link_, "up"}},
                                machine_)) {
    return failure;
  }
  if (Failure failure = run_all({{"ip", "addr", "add", address(2) + "/30", "dev", kInside},
                                 {"ip", "link", "set", kInside, "up"},
                                 {"ip", "route", "add", "default", "via", address(1)}},
                                {})) {
    return failure;
  }
  write_setting(kForwarding, "1");  // of the namespace
  return change_rules({"0.0.0.0/0", tap, false}, RuleChange::kMake, {});
}

Failure Uplink::connect_bridge(const std::string& tap) const {
  constexpr const char* kBridge = "tsbridge";
  if (Failure failure =
          run_network_command({"ip", "link", "set", link_, "master", bridge_, "up"}, machine_)) {
    return failure;
  }
  return run_all({{"ip", "link", "add", kBridge, "type", "bridge"},
                  {"ip", "link", "set", tap, "master", kBridge},
                  {"ip", "link", "set", kInside, "master", kBridge},
                  {"ip", "link", "set", kInside, "up"},
                  {"ip", "link", "set", kBridge, "up"}},
                 {});
}

}  // namespace tapstack::tools
