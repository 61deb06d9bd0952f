#include "wire/nd.h"

#include <gtest/gtest.h>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

using test::hex;

TEST(Nd, SolicitationIsWrittenAsRfc4861Figure4_3HasIt) {
  std::array<uint8_t, 24> bytes;
  bytes.fill(0xee);
  emit(bytes, NdMessage{.type = NdType::kNeighbourSolicitation,
                        .target = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 0x0a0b)});
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin(), bytes.end()),
            hex("87 00 0000 00000000 fe800000000000000000000000000a0b"));
}

TEST(Nd, AdvertisementCarriesItsFlagsInTheTopBits) {
  std::array<uint8_t, 24> bytes;
  emit(bytes, NdMessage{.type = NdType::kNeighbourAdvertisement,
                        .target = Ip6Address::loopback(),
                        .is_solicited = true,
                        .has_override = true});
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin(), bytes.begin() + 8), hex("88 00 0000 60000000"));
}

TEST(Nd, RouterSolicitationIsEightBytes) {
  const NdMessage message{.type = NdType::kRouterSolicitation};
  ASSERT_EQ(message.bytes(), 8u);
  std::array<uint8_t, 8> bytes;
  emit(bytes, message);
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin(), bytes.end()), hex("85 00 0000 00000000"));
}

TEST(Nd, AdvertisementIsReadBack) {
  const auto bytes = hex("88 00 1234 a0000000 fe800000000000000000000000000a0b 0201 020000000001");
  const auto view = NdView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type(), NdType::kNeighbourAdvertisement);
  EXPECT_TRUE(view->is_router());
  EXPECT_FALSE(view->is_solicited());
  EXPECT_TRUE(view->has_override());
  EXPECT_EQ(view->target(), Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 0x0a0b));
  EXPECT_EQ(view->options().size(), 8u);
}

TEST(Nd, RouterAdvertisementIsReadBack) {
  const auto bytes = hex("86 00 0000 40 c8 0708 00007530 000003e8");
  const auto view = NdView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->hop_limit(), 64);
  EXPECT_TRUE(view->is_managed());
  EXPECT_TRUE(view->has_other_configuration());
  EXPECT_EQ(view->preference(), RouterPreference::kHigh);
  EXPECT_EQ(view->lifetime_s(), 1800);
  EXPECT_EQ(view->reachable_ms(), 30'000u);
  EXPECT_EQ(view->retrans_ms(), 1'000u);
  EXPECT_TRUE(view->options().empty());
}

TEST(Nd, RedirectNamesTargetAndDestination) {
  const auto bytes =
      hex("89 00 0000 00000000 fe800000000000000000000000000001 20010db8000000000000000000000002");
  const auto view = NdView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->target(), Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_EQ(view->destination(), Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2));
}

TEST(Nd, MessageShorterThanItsFixedPartIsRefused) {
  for (const uint8_t type : {133, 134, 135, 136, 137}) {
    const size_t fixed = type == 133 ? 8 : type == 134 ? 16 : type == 137 ? 40 : 24;
    std::vector<uint8_t> bytes(fixed, 0);
    bytes[0] = type;
    EXPECT_TRUE(NdView::parse(bytes)) << int{type};
    bytes.pop_back();
    EXPECT_FALSE(NdView::parse(bytes)) << int{type};
  }
}

TEST(Nd, OtherTypesAreRefused) {
  std::vector<uint8_t> bytes(64, 0);
  bytes[0] = 128;
  EXPECT_FALSE(NdView::parse(bytes));
}

TEST(Nd, ReservedPreferenceCountsAsMedium) {
  EXPECT_EQ(router_preference(0), RouterPreference::kMedium);
  EXPECT_EQ(router_preference(1), RouterPreference::kHigh);
  EXPECT_EQ(router_preference(2), RouterPreference::kMedium);
  EXPECT_EQ(router_preference(3), RouterPreference::kLow);
}

}  // namespace
}  // namespace tapstack::wire
