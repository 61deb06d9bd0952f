// The tables that rtnetlink tells of as they were at one time.
#pragma once

#include <array>

#include "core/api/interfaces.h"
#include "shim/netlink/route/address.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/route_facts.h"

namespace tapstack::shim::netlink::route {

// Rows of a kind, as many as the tables of the stack can have.
template <class Row, size_t kMax>
struct Rows {
  size_t count;
  std::array<Row, kMax> rows;

  void clear() { count = 0; }
  void add(const Row& row) {
    if (count < kMax) rows[count++] = row;
  }
  std::span<const Row> all() const { return {rows.data(), count}; }
};

struct Snapshot {
  static constexpr size_t kAddressesMax = kConfig.interfaces * kConfig.addresses_per_interface;
  // Each address has its network, itself and a broadcast address; lo one more; and multicast.
  static constexpr size_t kRoutesMax = kConfig.routes + 3 * kAddressesMax + kConfig.interfaces + 1;

  Rows<LinkFacts, kConfig.interfaces> links;
  Rows<OwnAddress, kAddressesMax> addresses;
  Rows<RouteFacts, kRoutesMax> routes;
  // At their places in the stack's table; of state kNone: nobody is there.
  std::array<api::NeighbourInfo, kConfig.neighbours> neighbours;
};

// Now and before, in memory that is resident once it was used.
class Snapshots {
 public:
  Snapshots();
  ~Snapshots();
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  // What was taken last is the one before from now on.
  void take(const Works& works);
  const Snapshot& now() const { return pair_[current_]; }
  const Snapshot& before() const { return pair_[1 - current_]; }

 private:
  Snapshot* pair_;
  size_t current_ = 0;
};

}  // namespace tapstack::shim::netlink::route
