#include "tools/passt.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "tapif/os.h"
#include "tapif/settings.h"

namespace tapstack::tools {
namespace {

using tapif::os::Fd;

bool parse_port(const std::string& text, uint16_t& port) {
  const auto number = tapif::parse_number(text);
  if (!number || *number == 0 || *number > 65535) return false;
  port = static_cast<uint16_t>(*number);
  return true;
}

std::vector<std::string> words_for(const PasstPlan& plan, int connection) {
  std::vector<std::string> words = {"passt",
                                    "--foreground",
                                    "--stderr",
                                    "--fd",
                                    std::to_string(connection),
                                    "--mtu",
                                    std::to_string(plan.mtu_bytes)};
  for (const PublishedPort& port : plan.ports) {
    words.push_back(port.is_udp ? "--udp-ports" : "--tcp-ports");
    words.push_back(std::to_string(port.host) + ":" + std::to_string(port.stack));
  }
  return words;
}

// In the child. passt(1) keeps descriptors 0 to 2 and its own.
[[noreturn]] void become_passt(const PasstPlan& plan, int connection, int said) {
  ::fcntl(connection, F_SETFD, 0);
  ::dup2(said, STDERR_FILENO);
  std::vector<std::string> words = words_for(plan, connection);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(plan.program.c_str(), arguments.data());
  const std::string failure = std::string(std::strerror(errno)) + "\n";
  ::_exit(::write(STDERR_FILENO, failure.data(), failure.size()) > 0 ? 127 : 126);
}

std::string contents(int fd) {
  return tapif::os::read_file(("/proc/self/fd/" + std::to_string(fd)).c_str());
}

// The last line that is about the failure: in a sandbox without /dev/log each line is followed by
// one that the system log does not get it.
std::string last_words(const std::string& said) {
  std::istringstream lines(said);
  std::string last = "it says nothing";
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line.find("to syslog") != std::string::npos) continue;
    last = line.substr(begin);
  }
  return last;
}

// To a comma-separated list, once and four at most (as many servers can be named).
void append(std::string& list, const std::string& value) {
  constexpr long kMost = 4;
  if (("," + list + ",").find("," + value + ",") != std::string::npos) return;
  if (!list.empty() && std::ranges::count(list, ',') + 1 == kMost) return;
  list += (list.empty() ? "" : ",") + value;
}

// Length of the prefix that a dotted netmask stands for.
int bits_of(const std::string& mask) {
  in_addr address{};
  if (::inet_pton(AF_INET, mask.c_str(), &address) != 1) return 32;
  return std::popcount(address.s_addr);
}

}  // namespace

bool parse_published_port(const std::string& text, PublishedPort& port) {
  std::string ports = text;
  port = {};
  if (const size_t slash = text.find('/'); slash != std::string::npos) {
    const std::string protocol = text.substr(slash + 1);
    if (protocol != "udp" && protocol != "tcp") return false;
    port.is_udp = protocol == "udp";
    ports = text.substr(0, slash);
  }
  const size_t colon = ports.find(':');
  if (!parse_port(ports.substr(0, colon), port.host)) return false;
  port.stack = port.host;
  return colon == std::string::npos || parse_port(ports.substr(colon + 1), port.stack);
}

PasstOffer parse_offer(const std::string& said) {
  PasstOffer offer;
  std::istringstream lines(said);
  std::string section, line, assigned;
  while (std::getline(lines, line)) {
    if (line.find("to syslog") != std::string::npos) continue;
    if (!line.starts_with(" ")) {
      section = line;
      continue;
    }
    const std::string item = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    const size_t colon = item.find(": ");
    const std::string key = item.substr(0, colon == std::string::npos ? 0 : colon);
    const std::string value = colon == std::string::npos ? item : item.substr(colon + 2);
    const bool is_ip6 = section == "NDP/DHCPv6:";
    if (section == "DNS:" && key.empty()) append(offer.name_servers, value);
    if (key == "router") append(offer.gateways, value);
    if (key == "assign" && is_ip6) append(offer.addresses, value + "/64");
    if (key == "assign" && !is_ip6) assigned = value;
    if (key == "mask") append(offer.addresses, assigned + "/" + std::to_string(bits_of(value)));
  }
  return offer;
}

pid_t start_passt(const PasstPlan& plan, int connection, int said) {
  const pid_t child = ::fork();
  if (child == 0) become_passt(plan, connection, said);
  return child;
}

tapif::Failure try_passt(const PasstPlan& plan, std::string& words) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return {errno, std::string("cannot start passt: ") + std::strerror(errno)};
  }
  ::close(pair[0]);  // it gets ready, finds nobody to serve, and ends well
  const Fd connection(pair[1]);
  const Fd said(::memfd_create("passt", MFD_CLOEXEC));
  const pid_t child = start_passt(plan, connection.get(), said.get());
  int status = 0;
  const bool is_ready = child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
  words = contents(said.get());
  if (!is_ready) return {ENETUNREACH, "passt cannot start: " + last_words(words)};
  return {};
}

}  // namespace tapstack::tools
