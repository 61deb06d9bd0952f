#include "tools/doctor_command.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

#include "shim/common/settings.h"
#include "tools/doctor/checks.h"

namespace tapstack::tools {
namespace {

using doctor::Finding;
using doctor::Findings;
using doctor::Verdict;

constexpr int kFailedStatus = 1;

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
  }
  return "";
}

Findings examine(const std::vector<std::string>& programs) {
  using namespace doctor;
  shim::Settings settings;
  const tapif::Failure failure = shim::read_settings(::getenv, settings);
  Findings findings = {failure ? fail("settings", failure.message, "see libtapstack(7)")
                               : ok("settings", "the TAPSTACK_* variables make sense"),
                       check_library(),
                       check_keeper_program(settings),
                       check_node(),
                       check_privilege(),
                       check_namespaces(settings),
                       check_device(settings),
                       check_addresses(settings),
                       check_preload(),
                       check_descriptors(),
                       check_memory(),
                       check_seccomp(),
                       check_container(),
                       check_pcap(),
                       check_passt(),
                       check_running_keepers()};
  for (const std::string& program : programs) findings.push_back(check_program(program));
  return findings;
}

void print_lines(const Findings& findings) {
  for (const Finding& finding : findings) {
    fmt::print("{:<4} {:<11} {}{}{}\n", name_of(finding.verdict), finding.check, finding.what,
               finding.mend.empty() ? "" : "; ", finding.mend);
  }
}

void print_json(const Findings& findings, bool is_well) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    nlohmann::ordered_json one = {
        {"check", finding.check}, {"verdict", name_of(finding.verdict)}, {"what", finding.what}};
    if (!finding.mend.empty()) one["mend"] = finding.mend;
    checks.push_back(one);
  }
  const nlohmann::ordered_json all = {{"ok", is_well}, {"checks", checks}};
  fmt::print("{}\n", all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

int examine_machine(const DoctorOptions& options, const std::vector<std::string>& programs) {
  const Findings findings = examine(programs);
  const bool is_well = std::ranges::none_of(
      findings, [](const Finding& finding) { return finding.verdict == Verdict::kFail; });
  if (options.is_json) {
    print_json(findings, is_well);
  } else {
    print_lines(findings);
  }
  return is_well ? 0 : kFailedStatus;
}

}  // namespace tapstack::tools
