// How scripts name the core's errors, options and bits: as Linux does.
#pragma once

#include <string>
#include <string_view>

#include "core/api/sockets.h"

namespace tapstack::conformance {

std::string error_name(Error error);
// Throw SyntaxError for a name they do not know.
Error error_of(std::string_view name);
Option option_of(std::string_view name);
std::string readiness_name(Readiness readiness);
uint8_t state_of(std::string_view name);  // TCP_ESTABLISHED ...

}  // namespace tapstack::conformance
