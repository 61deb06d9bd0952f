#include <algorithm>

#include "shim/proc/tables.h"
#include "tests/unit/shim/proc/asked_engine.h"
#include "tests/unit/shim/proc/written_lines.h"

namespace tapstack::shim::proc {
namespace {

TEST(GroupTables, ALinkLayerAddressIsListedOnce) {
  test::AskedEngine engine;
  // 224.0.0.1; ff02::1, but not ff01::1, which has the same link-layer address and stays inside.
  EXPECT_EQ(test::lines_of(write_dev_mcast),
            (std::vector<std::string>{"2    ts0             1     0     01005e000001",
                                      "2    ts0             1     0     333300000001"}));
}

}  // namespace
}  // namespace tapstack::shim::proc
