#include "shim/names/nsswitch.h"

#include <algorithm>
#include <string>

#include "shim/names/text_file.h"

namespace tapstack::shim::names {
namespace {

constexpr const char* kNsswitchPath = "/etc/nsswitch.conf";

// One of "NOTFOUND=return !UNAVAIL=return", about `step`.
void apply_action(std::string_view action, HostStep& step) {
  const size_t equals = action.find('=');
  if (equals == std::string_view::npos) return;
  const bool ends = is_same_word(action.substr(equals + 1), "return");
  std::string_view status = action.substr(0, equals);
  const bool is_inverted = status.starts_with('!');
  if (is_inverted) status.remove_prefix(1);
  const auto concerns = [&](std::string_view name) {
    return is_same_word(status, name) != is_inverted;
  };
  if (concerns("NOTFOUND")) step.ends_if_not_found = ends;
  if (concerns("TRYAGAIN") || concerns("UNAVAIL")) step.ends_if_no_answer = ends;
}

// "files [NOTFOUND=return] dns": words, and lists in brackets about the word before.
std::vector<HostStep> parse_hosts_line(std::string_view line) {
  std::vector<HostStep> steps;
  HostStep ignored;
  HostStep* last = &ignored;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    if (line.empty()) return steps;
    if (line.front() == '[') {
      const size_t end = std::min(line.find(']'), line.size());
      std::string_view actions = line.substr(1, end - 1);
      line.remove_prefix(std::min(end + 1, line.size()));
      for (auto word = take_word(actions); !word.empty(); word = take_word(actions)) {
        apply_action(word, *last);
      }
      continue;
    }
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r\f\v["));
    line.remove_prefix(word.size());
    last = &ignored;
    if (word != "files" && word != "dns") continue;
    steps.push_back({word == "files" ? HostSource::kFiles : HostSource::kDns});
    last = &steps.back();
  }
}

}  // namespace

std::vector<HostStep> parse_nsswitch(std::string_view text) {
  std::vector<HostStep> steps;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line = line.substr(0, line.find('#'));
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    if (!line.starts_with("hosts:")) continue;
    line.remove_prefix(6);
    steps = parse_hosts_line(line);
  }
  if (steps.empty()) return {{HostSource::kFiles}, {HostSource::kDns}};
  return steps;
}

std::vector<HostStep> read_nsswitch() { return parse_nsswitch(read_text_file(kNsswitchPath)); }

}  // namespace tapstack::shim::names
