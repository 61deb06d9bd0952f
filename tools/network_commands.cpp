#include "tools/network_commands.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/program.h"

namespace tapstack::tools {
namespace {

using tapif::Failure;
using tapif::os::Fd;

[[noreturn]] void become_command(const std::string& program, Words words, const Fd& network,
                                 const Fd& said) {
  if (network && ::setns(network.get(), CLONE_NEWNET) != 0) ::_exit(1);
  ::dup2(said.get(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  ::_exit(1);
}

std::string last_line_of(const Fd& file) {
  std::string text = tapif::os::read_file(("/proc/self/fd/" + std::to_string(file.get())).c_str());
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::string find_tool(const std::string& name) {
  // The second is not in every user's PATH.
  for (const std::string& found : {find_program(name), "/usr/sbin/" + name}) {
    if (!found.empty() && ::access(found.c_str(), X_OK) == 0) return found;
  }
  return {};
}

std::string in_one_line(const Words& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::vector<Words> rules_of_iptables(const Masquerade& rules, RuleChange change) {
  const bool is_made = change == RuleChange::kMake;
  const std::string add = is_made ? "-A" : "-D", insert = is_made ? "-I" : "-D";
  std::vector<Words> commands = {{"iptables", "-w", "-t", "nat", add, "POSTROUTING", "-s",
                                  rules.source, "!", "-o", rules.link, "-j", "MASQUERADE"}};
  if (!rules.accepts_forwarded) return commands;
  commands.push_back({"iptables", "-w", insert, "FORWARD", "-i", rules.link, "-j", "ACCEPT"});
  commands.push_back({"iptables", "-w", insert, "FORWARD", "-o", rules.link, "-j", "ACCEPT"});
  return commands;
}

std::vector<Words> rules_of_nft(const Masquerade& rules, RuleChange change) {
  const std::string table = "ip tapstack_" + rules.link;
  if (change == RuleChange::kTakeBack) return {{"nft", "delete table " + table}};
  return {{"nft", "add table " + table + "; add chain " + table +
                      " out { type nat hook postrouting priority 100; }; add rule " + table +
                      " out ip saddr " + rules.source + " oifname != \"" + rules.link +
                      "\" masquerade"}};
}

}  // namespace

Failure run_network_command(const Words& words, const Fd& network) {
  const std::string program = find_tool(words.front());
  if (program.empty()) return {ENOENT, words.front() + " is not installed"};
  const Fd said(::memfd_create("said", MFD_CLOEXEC));
  const pid_t child = ::fork();
  if (child == 0) become_command(program, words, network, said);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) {
    return {ECHILD, std::string("cannot start a process: ") + std::strerror(errno)};
  }
  if (status == 0) return {};
  return {EPERM, in_one_line(words) + ": " + last_line_of(said)};
}

Failure change_rules(const Masquerade& rules, RuleChange change, const Fd& network) {
  const bool has_iptables = !find_tool("iptables").empty();
  if (!has_iptables && find_tool("nft").empty()) {
    return {ENOENT, "neither iptables nor nft is installed (apt-get install nftables)"};
  }
  Failure first;
  for (const Words& words :
       has_iptables ? rules_of_iptables(rules, change) : rules_of_nft(rules, change)) {
    Failure failure = run_network_command(words, network);
    if (failure && !first) first = std::move(failure);
  }
  return first;
}

}  // namespace tapstack::tools
