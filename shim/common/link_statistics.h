// What an interface has counted, as rtnetlink and getifaddrs() tell it.
#pragma once

namespace tapstack::shim {

// `Stats`: rtnl_link_stats or rtnl_link_stats64; `Counters`: api::InterfaceCounters or an
// InterfaceRecord. What does not fit into 32 bits wraps, as on Linux.
template <class Stats, class Counters>
Stats link_statistics(const Counters& c) {
  using Number = decltype(Stats::rx_packets);
  Stats stats{};
  stats.rx_packets = static_cast<Number>(c.in_frames);
  stats.rx_bytes = static_cast<Number>(c.in_bytes);
  stats.rx_errors = static_cast<Number>(c.in_errors);
  stats.rx_dropped = static_cast<Number>(c.in_dropped);
  stats.tx_packets = static_cast<Number>(c.out_frames);
  stats.tx_bytes = static_cast<Number>(c.out_bytes);
  stats.tx_errors = static_cast<Number>(c.out_errors);
  stats.tx_dropped = static_cast<Number>(c.out_dropped);
  return stats;
}

}  // namespace tapstack::shim
