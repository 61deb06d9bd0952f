// What the stack knows of one interface.
#pragma once

#include <optional>

#include "api/interfaces.h"

namespace tapstack::app {

// Empty: there is none of that number.
inline std::optional<api::InterfaceInfo> interface_info(const Stack& stack, InterfaceId id) {
  for (size_t n = 0;; ++n) {
    const auto info = api::interface_at(stack, n);
    if (!info.ok()) return std::nullopt;
    if (info->id == id) return *info;
  }
}

inline bool is_interface_up(const Stack& stack, InterfaceId id) {
  const auto info = interface_info(stack, id);
  return info && info->settings.is_up;
}

}  // namespace tapstack::app
