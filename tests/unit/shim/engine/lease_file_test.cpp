#include "shim/engine/lease_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>

namespace tapstack::shim {
namespace {

class LeaseFileTest : public testing::Test {
 protected:
  LeaseFileTest() { path_ = testing::TempDir() + "leases." + std::to_string(getpid()); }
  ~LeaseFileTest() override { unlink(path_.c_str()); }

  bool exists() const { return access(path_.c_str(), F_OK) == 0; }

  std::string path_;
  app::Dhcp4 dhcp4_;
  app::Dhcp6 dhcp6_;
};

TEST_F(LeaseFileTest, ClientsWithoutALeaseWriteNoFile) {
  LeaseFile(path_).save(Instant(), dhcp4_, dhcp6_);
  EXPECT_FALSE(exists());
}

TEST_F(LeaseFileTest, WithoutAPathNothingHappens) {
  const LeaseFile none;
  EXPECT_TRUE(none.path().empty());
  none.load(Instant(), dhcp4_, dhcp6_);
  none.save(Instant(), dhcp4_, dhcp6_);
}

TEST_F(LeaseFileTest, WhatIsNoLeaseIsNotTakenForOne) {
  std::ofstream(path_) << std::string(4096, 'x');
  LeaseFile(path_).load(Instant(), dhcp4_, dhcp6_);
  std::array<uint8_t, wire::kDhcp4StateBytes> of_ip4{};
  std::array<uint8_t, wire::kDhcp6StateBytes> of_ip6{};
  EXPECT_FALSE(dhcp4_.save(Instant(), 0, of_ip4));
  EXPECT_FALSE(dhcp6_.save(Instant(), 0, of_ip6));
}

}  // namespace
}  // namespace tapstack::shim
