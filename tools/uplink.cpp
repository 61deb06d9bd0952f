#include "tools/uplink.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
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

// What the caretaker remembers.
struct NatState {
  std::string forwarding;  // as it was before the first
  Fd turn;
};

// One stack at a time changes the machine's forwarding: who has the abstract name in its network
// namespace. Who is stuck with it for long is passed over.
Fd take_turn() {
  constexpr int kTries = 500;
  constexpr char kName[] = "\0tapstack/nat";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, kName, sizeof kName - 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + sizeof kName - 1);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (int tries = 0; tries < kTries; ++tries) {
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) == 0) break;
    constexpr timespec kPause{0, 10'000'000};
    ::nanosleep(&kPause, nullptr);
  }
  return fd;
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
  const auto state = std::make_shared<NatState>();
  return {[rules, link, state](std::string& told) {
            state->turn = take_turn();  // until the link has its note
            told = forwarding_noted_by_others(link);
            if (told.empty()) told = first_character(kForwarding);
            state->forwarding = told;
            return forward(rules);
          },
          [rules, link, state](int end, int) {
            state->turn.reset(-1);
            wait_until_readable(end);
            state->turn = take_turn();
            change_rules(rules, RuleChange::kTakeBack, {});
            run_network_command({"ip", "link", "del", link}, {});
            if (forwarding_noted_by_others(link).empty()) {
              write_setting(kForwarding, state->forwarding);
            }
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
