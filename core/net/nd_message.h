// A message of neighbour discovery that nd_input() has checked, as it hands it on.
#pragma once

#include "net/parts.h"
#include "wire/nd.h"
#include "wire/nd_options.h"

namespace tapstack::net {

struct NdReceived {
  const mem::PacketInfo& info;
  wire::NdView view;

  InterfaceId interface() const { return info.interface; }
  bool is_from_unspecified() const { return info.source.is_any(); }
  // Target of the message, with its zone.
  IpAddress target() const { return {view.target(), info.interface}; }
  // The link-layer address in the first option of `type`, if one is there that a host can have.
  std::optional<MacAddress> link_layer(wire::NdOptionType type) const {
    const auto option = wire::find_nd_option(view.options(), type);
    if (!option || option->link_layer().is_group()) return std::nullopt;
    return option->link_layer();
  }
};

}  // namespace tapstack::net
