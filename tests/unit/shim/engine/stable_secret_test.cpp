#include "shim/engine/stable_secret.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace tapstack::shim {
namespace {

TEST(StableSecret, IsTheSameEachTimeWhereTheMachineHasAnId) {
  if (access("/etc/machine-id", R_OK) != 0) GTEST_SKIP() << "there is no /etc/machine-id";
  EXPECT_EQ(stable_secret(), stable_secret());
}

// machine-id(5): the id itself must not leave the machine.
TEST(StableSecret, TellsNothingOfTheId) {
  const auto secret = stable_secret();
  EXPECT_NE(secret[0], secret[1]);
  std::string id;
  std::ifstream("/etc/machine-id") >> id;
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016lx%016lx", secret[0], secret[1]);
  EXPECT_NE(id, digits);
}

}  // namespace
}  // namespace tapstack::shim
