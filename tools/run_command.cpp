#include "tools/run_command.h"

#include <unistd.h>

#include <cstdlib>

#include "shim/common/settings.h"
#include "tapif/host_end.h"
#include "tapif/tap.h"
#include "tools/namespaces.h"
#include "tools/program.h"
#include "tools/program_kind.h"
#include "tools/report.h"

namespace tapstack::tools {
namespace {

struct RunOption {
  const char* name;
  const char* variable;
  const char* type;
  const char* help;
};

constexpr RunOption kOptions[] = {
    {"--tap", "TAPSTACK_TAP", "NAME", "TAP device (ts0)"},
    {"--mac", "TAPSTACK_MAC", "MAC", "MAC address of the stack (derived from the host's end)"},
    {"--addr", "TAPSTACK_ADDR", "CIDR,...",
     "addresses of the stack, slaac, dhcp (10.10.10.2/24,fd10:10:10::2/64)"},
    {"--state", "TAPSTACK_STATE", "FILE", "where leases of DHCP are remembered"},
    {"--dhcp-host-name", "TAPSTACK_DHCP_HOST_NAME", "NAME",
     "name that --addr=dhcp tells the server"},
    {"--dhcp-client-id", "TAPSTACK_DHCP_CLIENT_ID", "ID",
     "identifier that it tells: text, or octets such as 01:02:.. (from the MAC)"},
    {"--ip6-identifier", "TAPSTACK_IP6_IDENTIFIER", "eui64|stable",
     "how --addr=slaac makes addresses: of the MAC, or RFC 7217 (eui64)"},
    {"--ip6-temporary", "TAPSTACK_IP6_TEMPORARY", "0|1",
     "temporary addresses of RFC 8981 beside them (0)"},
    {"--host-addr", "TAPSTACK_HOST_ADDR", "CIDR,...",
     "addresses of the host's end (10.10.10.1/24,fd10:10:10::1/64)"},
    {"--gw", "TAPSTACK_GW", "ADDRESS,...",
     "default gateways, one a family, or none (the host's end)"},
    {"--dns", "TAPSTACK_DNS", "ADDRESS,...",
     "name servers, learnt (by DHCP and from routers) or none (learnt)"},
    {"--mtu", "TAPSTACK_MTU", "BYTES", "MTU of the device, 68 to 65521 (1500)"},
    {"--pcap", "TAPSTACK_PCAP", "FILE", "write every frame to a capture file"},
    {"--pcap-cut", "TAPSTACK_PCAP_CUT", "0|1", "cut superframes to packets in that file (0)"},
    {"--log", "TAPSTACK_LOG", "LEVEL", "error, warn, info, debug or trace, on stderr (error)"},
    {"--offload", "TAPSTACK_OFFLOAD", "0|1", "leave checksums and segmentation to the device (1)"},
    {"--loopback", "TAPSTACK_LOOPBACK", "stack", "who serves 127.0.0.0/8 and ::1 (stack)"},
    {"--impair", "TAPSTACK_IMPAIR", "LIST",
     "a bad link: delay=20ms,jitter=2ms,loss=1%,reorder=1%,dup=1%,corrupt=1%,rate=100mbit,seed=7"},
    {"--cc", "TAPSTACK_CC", "NAME", "congestion control: reno, cubic, bbr (cubic)"},
    {"--ecn", "TAPSTACK_ECN", "0|1|2", "ECN: off, ask for it, or when the peer asks (2)"},
    {"--seed", "TAPSTACK_SEED", "NUMBER", "fixed seed for everything random"},
    {"--engine", "TAPSTACK_ENGINE", "inside|keeper", "where the stack runs (inside)"},
    {"--exit-drain-ms", "TAPSTACK_EXIT_DRAIN_MS", "MS",
     "how long unsent data may hold up the program's exit (10000)"},
};

// A message about "TAPSTACK_MTU=1" as one about "--mtu=1" when that is how it was given.
std::string in_words_of_options(std::string message,
                                const std::map<std::string, std::string>& given) {
  for (const RunOption& option : kOptions) {
    const std::string variable = option.variable;
    const size_t end = variable.size();
    if (!message.starts_with(variable) || end >= message.size() ||
        (message[end] != '=' && message[end] != ':') || !given.contains(variable)) {
      continue;
    }
    return option.name + message.substr(end);
  }
  return message;
}

// The library behind what is preloaded already: sanitizers must come first.
void preload(const std::string& library) {
  const char* before = std::getenv("LD_PRELOAD");
  const std::string all = before != nullptr && *before != '\0' ? before + (":" + library) : library;
  ::setenv("LD_PRELOAD", all.c_str(), 1);
}

}  // namespace

void RunOptions::add_to(CLI::App& app) {
  for (const RunOption& option : kOptions) {
    const std::string help = std::string(option.help) + " [" + option.variable + "]";
    app.add_option_function<std::string>(
           option.name,
           [this, variable = option.variable](const std::string& v) { values_[variable] = v; },
           help)
        ->type_name(option.type);
  }
}

std::string RunOptions::apply() const {
  // The host's own name servers are beyond the namespace.
  ::setenv("TAPSTACK_DNS", "learnt", 0);
  for (const auto& [variable, value] : values_) ::setenv(variable.c_str(), value.c_str(), 1);
  shim::Settings settings;
  const tapif::Failure failure = shim::read_settings(::getenv, settings);
  return failure ? in_words_of_options(failure.message, values_) : std::string();
}

int run(const RunOptions& options, const std::vector<std::string>& command_line) {
  if (const std::string problem = options.apply(); !problem.empty()) {
    report("run: " + problem);
    return kUsageStatus;
  }
  const std::string library = find_library();
  if (library.empty()) {
    report(
        "run: libtapstack.so is neither beside this command nor in ../lib nor in " TAPSTACK_LIBDIR);
    return kSetUpStatus;
  }
  const std::string program = find_program(command_line.front());
  if (const std::string problem = describe_problem(program); !problem.empty()) {
    report("run: " + program + " " + problem);
  }

  shim::Settings settings;
  shim::read_settings(::getenv, settings);
  const uid_t uid = ::geteuid();
  tapif::Failure failure = make_namespaces();
  if (!failure) failure = tapif::set_up_host_link("lo", kLoopbackMtu);
  if (!failure) failure = tapif::prepare_tap(settings.device.tap, uid);
  if (!failure) failure = mark_namespaces(settings.device.tap.name);
  if (failure) {
    report("run: " + failure.message);
    return kSetUpStatus;
  }
  preload(library);
  return become(program, command_line);
}

}  // namespace tapstack::tools
