// What an argument of a traced call looks like.
#pragma once

#include <string>

#include "shim/trace/call.h"

namespace tapstack::shim::trace {

template <class Argument>
std::string shown_as(const Argument& argument, const Outcome& outcome = {}) {
  Line line;
  append_argument(line, argument, outcome);
  return std::string(line.view());
}

template <class Argument>
std::string shown_behind(const Argument& argument, const Outcome& outcome) {
  Line line;
  append_behind(line, argument, outcome);
  return std::string(line.view());
}

// An address that no memory is at.
template <class T>
T* nowhere() {
  return reinterpret_cast<T*>(0x10);
}

constexpr Outcome kFailed{-1, 14};  // EFAULT

}  // namespace tapstack::shim::trace
