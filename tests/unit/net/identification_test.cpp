#include "net/identification.h"

#include <gtest/gtest.h>

#include <set>

namespace tapstack::net {
namespace {

const Ip4Address kFrom = Ip4Address::from(10, 10, 10, 2);
const Ip4Address kTo = Ip4Address::from(10, 10, 10, 1);

TEST(Identification, DoesNotRepeatWithin65536Datagrams) {
  Identification ids(SecretKey{1, 2});
  std::set<uint16_t> seen;
  for (int i = 0; i < 65536; ++i) seen.insert(ids.next(kFrom, kTo, 17));
  EXPECT_EQ(seen.size(), 65536u);
}

// RFC 7739 5.3.
TEST(Identification, StartsElsewhereForEachDestinationProtocolAndKey) {
  Identification ids(SecretKey{1, 2});
  Identification other_key(SecretKey{3, 4});
  const uint16_t first = ids.next(kFrom, kTo, 17);
  EXPECT_NE(ids.next(kFrom, kTo, 1), first);
  EXPECT_NE(ids.next(kFrom, Ip4Address::from(10, 10, 10, 3), 17), first);
  EXPECT_NE(other_key.next(kFrom, kTo, 17), first);
}

}  // namespace
}  // namespace tapstack::net
