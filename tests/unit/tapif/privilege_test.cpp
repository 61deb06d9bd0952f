#include "tapif/privilege.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace tapstack::tapif {
namespace {

constexpr uint32_t kNetAdmin = 1u << CAP_NET_ADMIN;

struct Sets {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

  Sets() { ::syscall(SYS_capget, &header, data); }
  bool is_permitted() const { return (data[0].permitted & kNetAdmin) != 0; }
  bool is_effective() const { return (data[0].effective & kNetAdmin) != 0; }
  void put_aside() {
    data[0].effective &= ~kNetAdmin;
    ::syscall(SYS_capset, &header, data);
  }
  void take_back() {
    data[0].effective |= kNetAdmin;
    ::syscall(SYS_capset, &header, data);
  }
};

TEST(NetAdminPrivilege, TakesBackWhatWasPutAsideAndPutsItAsideAgain) {
  if (!Sets().is_permitted()) GTEST_SKIP() << "CAP_NET_ADMIN is not permitted to this user";
  Sets().put_aside();
  {
    const NetAdminPrivilege privilege;
    EXPECT_TRUE(Sets().is_effective());
  }
  EXPECT_FALSE(Sets().is_effective());
  Sets().take_back();
}

TEST(NetAdminPrivilege, LeavesAnEffectiveCapabilityAlone) {
  const bool before = Sets().is_effective();
  { const NetAdminPrivilege privilege; }
  EXPECT_EQ(Sets().is_effective(), before);
}

}  // namespace
}  // namespace tapstack::tapif
