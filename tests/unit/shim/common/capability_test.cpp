#include "shim/common/capability.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

namespace tapstack::shim {
namespace {

// capset(2) is of one thread alone.
template <class Check>
void with_capabilities(uint32_t of_first_word, Check check) {
  std::thread([&] {
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    data[0].effective = data[0].permitted = of_first_word;
    if (syscall(SYS_capset, &head, data) == 0) check();
  }).join();
}

TEST(Capability, AreThoseInForce) {
  bool is_checked = false;
  with_capabilities(0, [&] {
    is_checked = true;
    EXPECT_FALSE(has_capability(CAP_NET_RAW));
    EXPECT_FALSE(has_capability(CAP_NET_ADMIN));
    EXPECT_FALSE(has_capability(CAP_BPF)) << "of the second word";
  });
  EXPECT_TRUE(is_checked);
}

TEST(Capability, EachIsABitOfItsOwn) {
  if (!has_capability(CAP_NET_RAW)) GTEST_SKIP() << "needs CAP_NET_RAW";
  bool is_checked = false;
  with_capabilities(CAP_TO_MASK(CAP_NET_RAW), [&] {
    is_checked = true;
    EXPECT_TRUE(has_capability(CAP_NET_RAW));
    EXPECT_FALSE(has_capability(CAP_NET_ADMIN));
  });
  EXPECT_TRUE(is_checked);
}

}  // namespace
}  // namespace tapstack::shim
