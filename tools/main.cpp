// The `tapstack` command.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "tools/doctor_command.h"
#include "tools/host_command.h"
#include "tools/packetdrill_command.h"
#include "tools/report.h"
#include "tools/run_command.h"

namespace {

using tapstack::tools::kUsageStatus;
using tapstack::tools::report;
using Words = std::vector<std::string>;

void take_command_line(CLI::App& app) {
  app.prefix_command();
  app.footer("The program and its arguments follow the options: tapstack " + app.get_name() +
             " [options] -- program [arguments]");
}

// The arguments up to the first "--", and those from it on: CLI11 never sees the latter.
void split(int argc, char** argv, Words& options, Words& rest) {
  const Words all(argv + 1, argv + argc);
  const auto mark = std::ranges::find(all, "--");
  options.assign(all.begin(), mark);
  rest.assign(mark, all.end());
}

// The words that are no options of the command: from the first such word on, or behind "--". False,
// after saying so, when that word is an option, unless those may follow that are somebody else's.
bool take_words(const CLI::App& app, const Words& rest, bool may_be_options, Words& words) {
  const std::string& name = app.get_name();
  words = app.remaining();
  if (!may_be_options && !words.empty() && words.front().starts_with("-")) {
    report(name + ": no such option: " + words.front() + " (tapstack " + name +
           " --help lists them)");
    return false;
  }
  words.insert(words.end(), rest.begin() + (words.empty() && !rest.empty() ? 1 : 0), rest.end());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Tapstack: a TCP/IP stack in user space, put under unmodified programs", "tapstack");
  app.set_version_flag("--version", "tapstack " TAPSTACK_VERSION);
  app.require_subcommand(1);

  CLI::App* run = app.add_subcommand("run", "run a program over a stack of its own; needs no root");
  tapstack::tools::RunOptions run_options;
  run_options.add_to(*run);
  take_command_line(*run);

  CLI::App* host =
      app.add_subcommand("host", "run a command on the kernel's side of a running stack");
  tapstack::tools::HostOptions host_options;
  host_options.add_to(*host);
  take_command_line(*host);

  CLI::App* packetdrill =
      app.add_subcommand("packetdrill", "run scripts of packetdrill's against the stack");
  tapstack::tools::PacketdrillOptions packetdrill_options;
  packetdrill_options.add_to(*packetdrill);
  packetdrill->prefix_command();
  packetdrill->footer(
      "Scripts and further options of packetdrill's follow the options: "
      "tapstack packetdrill [options] script... [--verbose]");

  CLI::App* doctor =
      app.add_subcommand("doctor", "say what on this machine would stop the library");
  tapstack::tools::DoctorOptions doctor_options;
  doctor_options.add_to(*doctor);
  doctor->prefix_command();
  doctor->footer("Programs that follow are looked at too: tapstack doctor [options] [program...]");

  Words words, rest;
  split(argc, argv, words, rest);
  const auto is_named = [&words](const CLI::App* command) {
    return command->get_name() == words[0];
  };
  if (!words.empty() && !words[0].starts_with("-") && app.get_subcommands(is_named).empty()) {
    report(words[0] + ": no such command; want run, host, doctor or packetdrill (tapstack --help)");
    return kUsageStatus;
  }
  try {
    std::ranges::reverse(words);  // CLI11 takes them from the back
    app.parse(words);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    report(std::string(error.what()) + " (tapstack --help)");
    return kUsageStatus;
  }
  const CLI::App& chosen = *app.get_subcommands().front();
  Words command_line;
  if (!take_words(chosen, rest, &chosen == packetdrill, command_line)) return kUsageStatus;
  if (&chosen == doctor) return tapstack::tools::examine_machine(doctor_options, command_line);
  if (command_line.empty()) {
    const std::string& name = chosen.get_name();
    report(name + ": no program given: tapstack " + name + " [options] -- program [arguments]");
    return kUsageStatus;
  }
  if (&chosen == run) return tapstack::tools::run(run_options, command_line);
  if (&chosen == packetdrill) {
    return tapstack::tools::packetdrill(packetdrill_options, command_line);
  }
  return tapstack::tools::host(host_options, command_line);
}
