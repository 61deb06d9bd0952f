// The options of every command in one place: CLI11 costs more to compile than all else of tools/.
#include "tools/options.h"

#include <CLI/CLI.hpp>

#include <string>

#include "tools/doctor_command.h"
#include "tools/host_command.h"
#include "tools/packetdrill_command.h"
#include "tools/run_command.h"

namespace tapstack::tools {
namespace {

constexpr int kPidMax = 1 << 22;  // PID_MAX_LIMIT of Linux

}  // namespace

const std::array<RunOption, 26> kRunOptions{{
    {"--net", "TAPSTACK_NET", "tap|passt|unix:PATH",
     "what the stack is connected to: a TAP device, passt, a stream socket (tap)"},
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
    {"--log-file", "TAPSTACK_LOG_FILE", "FILE", "add what is said to this file (stderr)"},
    {"--trace-time", "TAPSTACK_TRACE_TIME", "0|1", "how long each call took, with --log=trace (0)"},
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
}};

void RunOptions::add_to(CLI::App& app) {
  for (const RunOption& option : kRunOptions) {
    const std::string help = std::string(option.help) + " [" + option.variable + "]";
    app.add_option_function<std::string>(
           option.name,
           [this, variable = option.variable](const std::string& v) { values_[variable] = v; },
           help)
        ->type_name(option.type);
  }
  app.add_flag("--nat", is_nat_, "as root: the machine is the stack's router and masquerades it");
  app.add_option("--bridge", bridge_, "as root: the device is put into this bridge of the machine")
      ->type_name("NAME");
  app.add_option("-p,--publish", ports_,
                 "with --net=passt: a port of this machine for one of the stack")
      ->type_name("HOST:STACK[/udp]")
      ->allow_extra_args(false)
      ->take_all();
}

void HostOptions::add_to(CLI::App& app) {
  app.add_option("--pid", pid, "a process of the stack to join (the newest stack)")
      ->type_name("PID")
      ->check(CLI::Range(1, kPidMax));
}

void DoctorOptions::add_to(CLI::App& app) {
  app.add_flag("--json", is_json, "one JSON object instead of lines");
}

void PacketdrillOptions::add_to(CLI::App& app) {
  app.add_option("--program", program, "packetdrill itself")->type_name("PROGRAM");
}

}  // namespace tapstack::tools
