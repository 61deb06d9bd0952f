#include "tapif/net_admin.h"

#include <gtest/gtest.h>

#include <thread>

#include "tapif/os.h"

namespace tapstack::tapif {
namespace {

using Sets = __user_cap_data_struct[_LINUX_CAPABILITY_U32S_3];
constexpr unsigned kBit = CAP_TO_MASK(CAP_NET_ADMIN);

void get(Sets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  ASSERT_EQ(os::call(SYS_capget, os::pointer(&header), os::pointer(sets)), 0);
}

bool is_effective() {
  Sets sets = {};
  get(sets);
  return (sets[0].effective & kBit) != 0;
}

// Runs the body in a thread that has CAP_NET_ADMIN permitted or not, and nothing in effect.
template <class Body>
void in_thread(bool is_permitted, Body body) {
  Sets sets = {};
  get(sets);
  if ((sets[0].permitted & kBit) == 0) GTEST_SKIP() << "no CAP_NET_ADMIN to give to a thread";
  std::thread([&] {
    Sets own = {};
    own[0].permitted = is_permitted ? kBit : 0;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    ASSERT_EQ(os::call(SYS_capset, os::pointer(&header), os::pointer(own)), 0);
    body();
  }).join();
}

TEST(NetAdmin, PermittedCapabilityIsInEffectUntilTheEnd) {
  in_thread(true, [] {
    {
      const NetAdmin privilege;
      EXPECT_TRUE(is_effective());
    }
    EXPECT_FALSE(is_effective());
  });
}

TEST(NetAdmin, NothingChangesForWhoHasNoPermission) {
  in_thread(false, [] {
    const NetAdmin privilege;
    EXPECT_FALSE(is_effective());
  });
}

}  // namespace
}  // namespace tapstack::tapif
