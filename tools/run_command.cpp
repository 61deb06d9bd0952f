#include "tools/run_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "shim/common/settings.h"
#include "tapif/host_end.h"
#include "tapif/tap.h"
#include "tools/namespaces.h"
#include "tools/options.h"
#include "tools/passt_service.h"
#include "tools/program.h"
#include "tools/program_kind.h"
#include "tools/report.h"
#include "tools/uplink.h"

namespace tapstack::tools {
namespace {

// A message about "TAPSTACK_MTU=1" as one about "--mtu=1" when that is how it was given.
std::string in_words_of_options(std::string message,
                                const std::map<std::string, std::string>& given) {
  for (const RunOption& option : kRunOptions) {
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

// What the program gets in its namespaces to reach others: a TAP device, or the socket of passt.
// Somebody else's socket is there already.
tapif::Failure make_device(const tapif::DeviceSettings& device, uid_t owner,
                           tapif::os::Fd& listener) {
  if (device.stream_path.empty()) return tapif::prepare_tap(device.tap, owner);
  return "unix:" + device.stream_path == kPasstNet ? listen_for_stacks(listener) : tapif::Failure{};
}

tapif::Failure start_passt_caretaker(PasstPlan plan, Caretaker& caretaker) {
  plan.program = find_program("passt");
  if (plan.program.empty()) {
    return {ENOENT, "--net=passt: passt is not installed (apt-get install passt)"};
  }
  std::string said;
  if (tapif::Failure failure = caretaker.start(passt_duties(plan), said)) return failure;
  const PasstOffer offer = parse_offer(said);
  if (offer.addresses.empty()) return {ENETUNREACH, "passt offers no address: " + said};
  // Who chooses addresses, or DHCP, chooses the others with them.
  if (std::getenv("TAPSTACK_ADDR") == nullptr) {
    ::setenv("TAPSTACK_ADDR", offer.addresses.c_str(), 1);
    ::setenv("TAPSTACK_GW", offer.gateways.empty() ? "none" : offer.gateways.c_str(), 0);
    if (!offer.name_servers.empty()) ::setenv("TAPSTACK_DNS", offer.name_servers.c_str(), 0);
  }
  ::setenv("TAPSTACK_DNS", "learnt", 0);
  return {};
}

// What lies outside of the namespaces, begun before they are made.
struct Outside {
  Caretaker caretaker;
  std::optional<Uplink> uplink;
  std::string told;
  bool has_caretaker = false;
};

tapif::Failure begin_outside(const RunOptions& options, Outside& outside) {
  outside.has_caretaker = options.passt() || options.is_nat();
  if (options.passt()) return start_passt_caretaker(*options.passt(), outside.caretaker);
  if (!options.is_nat() && options.bridge().empty()) return {};
  outside.uplink.emplace(options.bridge());
  if (!options.is_nat()) return {};
  tapif::Failure failure = outside.caretaker.start(outside.uplink->duties(), outside.told);
  if (failure) failure.message = "--nat: " + failure.message;
  return failure;
}

// Namespaces with the device, marked, and what looks after them from outside.
tapif::Failure make_surroundings(const RunOptions& options) {
  shim::Settings settings;
  const uid_t uid = ::geteuid();
  tapif::os::Fd listener;
  std::string mark;
  Outside outside;
  tapif::Failure failure = begin_outside(options, outside);
  shim::read_settings(::getenv, settings);
  const std::string& tap = settings.device.tap.name;
  if (!failure) failure = make_namespaces();
  if (!failure) failure = tapif::set_up_host_link("lo", kLoopbackMtu);
  if (!failure) failure = make_device(settings.device, uid, listener);
  if (!failure && outside.uplink) failure = outside.uplink->connect(tap, outside.told);
  if (!failure) failure = mark_namespaces(tap, mark);
  if (!failure && outside.has_caretaker) failure = outside.caretaker.entrust(mark, listener);
  return failure;
}

}  // namespace

// With a machine's network come its name servers, and no addresses of the host's end in a bridge.
std::string RunOptions::apply_uplink() {
  if (!is_nat_ && bridge_.empty()) return {};
  if ((is_nat_ && !bridge_.empty()) || values_.contains("TAPSTACK_NET")) {
    return "--nat, --bridge and --net: only one of them";
  }
  if (::geteuid() != 0) {
    return "--nat and --bridge change the machine's network: run as root, or use --net=passt";
  }
  if (is_nat_) return {};
  ::setenv("TAPSTACK_HOST_ADDR", "none", 0);
  ::setenv("TAPSTACK_ADDR", "dhcp,slaac", 0);
  ::setenv("TAPSTACK_DNS", "learnt", 0);
  return {};
}

std::string RunOptions::apply_passt() {
  const auto given = values_.find("TAPSTACK_NET");
  if (given == values_.end() || given->second != "passt") {
    return ports_.empty() ? ""
                          : "-p: only with --net=passt; the TAP device is reached from the host";
  }
  given->second = kPasstNet;
  passt_.emplace();
  for (const std::string& text : ports_) {
    PublishedPort port;
    if (!parse_published_port(text, port)) {
      return "-p " + text + ": want HOST:STACK, PORT, or these with /udp behind";
    }
    passt_->ports.push_back(port);
  }
  ::setenv("TAPSTACK_MTU", std::to_string(kPasstMtuMax).c_str(), 0);
  return {};
}

std::string RunOptions::apply() {
  if (std::string problem = apply_uplink(); !problem.empty()) return problem;
  if (std::string problem = apply_passt(); !problem.empty()) return problem;
  // The host's own name servers are beyond the namespace.
  if (!passt_ && !is_nat_) ::setenv("TAPSTACK_DNS", "learnt", 0);
  for (const auto& [variable, value] : values_) ::setenv(variable.c_str(), value.c_str(), 1);
  shim::Settings settings;
  if (const tapif::Failure failure = shim::read_settings(::getenv, settings)) {
    return in_words_of_options(failure.message, values_);
  }
  if (!passt_) return {};
  passt_->mtu_bytes = settings.device.tap.mtu_bytes;
  return passt_->mtu_bytes > kPasstMtuMax ? "--mtu: passt takes 65520 bytes at most" : "";
}

int run(RunOptions& options, const std::vector<std::string>& command_line) {
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

  if (const tapif::Failure failure = make_surroundings(options)) {
    report("run: " + failure.message);
    return kSetUpStatus;
  }
  // musl's loader does not start a program at all whose preloaded libraries lack something.
  if (inspect_program(program).kind != ProgramKind::kOtherLibc) preload(library);
  return become(program, command_line);
}

}  // namespace tapstack::tools
