// A script: options, then one event a line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/api/interfaces.h"
#include "core/util/time.h"
#include "tests/conformance/packet.h"

namespace tapstack::conformance {

// When an event happens, or for a packet from the stack: when it may. `+` counts from the event
// before.
struct When {
  bool is_relative = false;
  bool is_any = false;  // `*`
  Duration earliest, latest;
};

struct Inject {
  Packet packet;
};
struct Expect {
  Packet packet;
};
// name(arguments) = result
struct Call {
  std::string name;
  std::vector<std::string> arguments;
  std::string result;  // "3", "-1 EAGAIN", "POLLIN|POLLOUT"
};
// left operation right: numbers, isn(fd), counter(name), tcpi_...(fd), ...
struct Assertion {
  std::string left, operation, right;
};
// Nothing leaves the stack until then.
struct Quiet {};

struct Event {
  int line = 0;
  std::string text;
  When when;
  std::variant<Inject, Expect, Call, Assertion, Quiet> what;
};

// Which versions of IP a script is about.
enum class Families : uint8_t { kAsTheFolder, kIp4, kIp6, kBoth };

struct Options {
  Family family = Family::kIp4;                // of this run
  Families families = Families::kAsTheFolder;  // --family 4, 6, both
  bool arp_by_hand = false;                    // --arp manual
  bool check_content = true;                   // --content any: read() does not compare
  uint32_t mtu_bytes = 1500;                   // --mtu N
  uint32_t peer_isn = 3'000'000'000u;          // --peer-isn N
  uint8_t seed = 1;                            // --seed N
  std::optional<api::EcnMode> ecn;             // --ecn N, as Linux's tcp_ecn
};

struct Script {
  std::filesystem::path path;
  Options options;
  std::vector<Event> events;
};

// Throws SyntaxError with "file:line: what is wrong".
Script load_script(const std::filesystem::path& path);
// Whether it is to be run over `family`: tcp/ and udp/ for both, the other folders for IPv4, unless
// it says otherwise.
bool is_for(const Script& script, Family family);
Script parse_script(const std::filesystem::path& path, const std::string& text);

}  // namespace tapstack::conformance
