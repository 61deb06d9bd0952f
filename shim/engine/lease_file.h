// The file in which leases outlive the process (TAPSTACK_STATE): the records of both families, one
// behind the other.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "core/app/dhcp4.h"
#include "core/app/dhcp6.h"

namespace tapstack::shim {

class LeaseFile {
 public:
  explicit LeaseFile(std::string path = {}) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }  // empty: there is none

  // Tells the clients what the file remembers, before they start.
  void load(Instant now, app::Dhcp4& dhcp4, app::Dhcp6& dhcp6) const;
  // Writes what the clients hold, by way of another file, so that one that was cut short never
  // takes the place of a good one. What one of them does not hold now stays as it was.
  void save(Instant now, const app::Dhcp4& dhcp4, const app::Dhcp6& dhcp6) const;

 private:
  // Zeros where there is no record of a family.
  struct Records {
    std::array<uint8_t, wire::kDhcp4StateBytes> of_ip4{};
    std::array<uint8_t, wire::kDhcp6StateBytes> of_ip6{};
  };
  Records read() const;
  void write(const Records& records) const;

  std::string path_;
};

}  // namespace tapstack::shim
