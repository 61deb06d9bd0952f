#include "shim/names/hostent.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstring>

namespace tapstack::shim::names {
namespace {

FoundHost some_host() {
  return {"canonical",
          {"one", "two"},
          {Ip4Address::from(10, 0, 0, 1), Ip6Address{}, Ip4Address::from(10, 0, 0, 2)}};
}

TEST(Hostent, HoldsNameAliasesAndTheAddressesOfItsFamily) {
  hostent entry{};
  alignas(8) char buffer[512];
  ASSERT_TRUE(fill_hostent(some_host(), AF_INET, entry, buffer, sizeof buffer));
  EXPECT_STREQ(entry.h_name, "canonical");
  EXPECT_STREQ(entry.h_aliases[0], "one");
  EXPECT_STREQ(entry.h_aliases[1], "two");
  EXPECT_EQ(entry.h_aliases[2], nullptr);
  EXPECT_EQ(entry.h_addrtype, AF_INET);
  EXPECT_EQ(entry.h_length, 4);
  EXPECT_EQ(std::memcmp(entry.h_addr_list[0], "\x0a\0\0\x01", 4), 0);
  EXPECT_EQ(std::memcmp(entry.h_addr_list[1], "\x0a\0\0\x02", 4), 0);
  EXPECT_EQ(entry.h_addr_list[2], nullptr);
}

TEST(Hostent, EverySizeOfBufferEitherFitsOrIsRefused) {
  hostent entry{};
  bool fitted = false;
  for (size_t bytes = 0; bytes < 256; ++bytes) {
    std::string buffer(bytes + 1, '#');
    const bool fits = fill_hostent(some_host(), AF_INET, entry, buffer.data(), bytes);
    EXPECT_EQ(buffer[bytes], '#') << bytes;
    EXPECT_TRUE(fits || !fitted) << bytes;
    fitted = fits;
  }
  EXPECT_TRUE(fitted);
}

TEST(Hostent, ABufferMayLieAtAnyAddress) {
  hostent entry{};
  alignas(8) char buffer[512];
  ASSERT_TRUE(fill_hostent(some_host(), AF_INET6, entry, buffer + 1, sizeof buffer - 1));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(entry.h_addr_list) % alignof(char*), 0u);
  EXPECT_EQ(entry.h_length, 16);
  EXPECT_EQ(entry.h_addr_list[1], nullptr);
}

}  // namespace
}  // namespace tapstack::shim::names
