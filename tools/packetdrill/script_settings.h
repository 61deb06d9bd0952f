// The settings of the host that a script's commands make: `sysctl -q net.ipv4.tcp_ecn=1` and its
// like. The commands themselves must not touch the machine that packetdrill runs on, nor could
// they reach the stack; so the library reads them.
#pragma once

#include <string>
#include <vector>

namespace tapstack::packetdrill {

struct ScriptSetting {
  std::string name;   // "tcp_ecn", "net.inet.tcp.ecn.enable"
  std::string value;  // as it stands, without quotation marks
  bool operator==(const ScriptSetting&) const = default;
};

// Every name=value of net.ipv4.tcp_* (Linux) and net.inet.tcp.* (FreeBSD) in the commands (what
// stands in backquotes) of a script, in order.
// Only up to the first socket: what comes later puts the host back as it was.
std::vector<ScriptSetting> settings_in(const std::string& script);
// The same of one command.
std::vector<ScriptSetting> settings_in_command(const std::string& command);
// Whether `command` has the host forget what it knows of others (`ip tcp_metrics flush`).
bool flushes_metrics(const std::string& command);

}  // namespace tapstack::packetdrill
