// What a check of `tapstack doctor` found.
#pragma once

#include <string>
#include <vector>

namespace tapstack::tools::doctor {

enum class Verdict {
  kOk,
  kWarn,  // something less works, or only in one of the ways to use the library
  kFail,  // this stops the library
};

struct Finding {
  std::string check;  // one word: what was looked at
  Verdict verdict = Verdict::kOk;
  std::string what;  // what was found; one line
  std::string mend;  // how to mend it; empty when ok
};

using Findings = std::vector<Finding>;

inline Finding ok(const char* check, std::string what) {
  return {check, Verdict::kOk, std::move(what), {}};
}
inline Finding warn(const char* check, std::string what, std::string mend) {
  return {check, Verdict::kWarn, std::move(what), std::move(mend)};
}
inline Finding fail(const char* check, std::string what, std::string mend) {
  return {check, Verdict::kFail, std::move(what), std::move(mend)};
}

// "what; how to mend": the messages of tapif and namespaces are of that form.
inline Finding fail(const char* check, const std::string& message) {
  const size_t mark = message.find("; ");
  if (mark == std::string::npos) return fail(check, message, "see the manual, tapstack(1)");
  return fail(check, message.substr(0, mark), message.substr(mark + 2));
}

}  // namespace tapstack::tools::doctor
