#include "link/address_probe.h"

#include <gtest/gtest.h>

namespace tapstack::link {
namespace {

constexpr Instant kStart = Instant::from_us(5'000'000);
// No delay at random: what is to happen when can be told.
constexpr ProbeSchedule kExact{0, 3, 1'000, 1'000, 2'000, 2, 2'000};

class AddressProbeTest : public testing::Test {
 protected:
  // Waits until something is due, and does it.
  ProbeStep next(const ProbeSchedule& schedule) {
    now_ = std::max(now_, probe_.next_deadline());
    return probe_.step(now_, schedule, random_);
  }

  Instant now_ = kStart;
  Random random_;
  AddressProbe probe_;
};

TEST_F(AddressProbeTest, ThreeProbesThenOursThenTwoAnnouncements) {
  probe_.start(kStart, kExact, random_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(next(kExact), ProbeStep::kProbe);
    EXPECT_EQ(now_, kStart + Duration::s(i));
  }
  EXPECT_EQ(next(kExact), ProbeStep::kUnique);
  EXPECT_EQ(now_, kStart + Duration::s(4));  // ANNOUNCE_WAIT after the last probe
  EXPECT_EQ(next(kExact), ProbeStep::kAnnounce);
  EXPECT_EQ(now_, kStart + Duration::s(4));
  EXPECT_EQ(next(kExact), ProbeStep::kAnnounce);
  EXPECT_EQ(now_, kStart + Duration::s(6));
  EXPECT_TRUE(probe_.next_deadline().is_never());
}

TEST_F(AddressProbeTest, DelaysAreWithinTheBoundsOfRfc5227) {
  Duration earliest = Duration::s(100);
  Duration latest;
  for (int round = 0; round < 200; ++round) {
    now_ = kStart;
    probe_.start(kStart, kProbeSchedule4, random_);
    ASSERT_EQ(next(kProbeSchedule4), ProbeStep::kProbe);
    EXPECT_LE(now_ - kStart, Duration::s(1));
    const Instant first = now_;
    ASSERT_EQ(next(kProbeSchedule4), ProbeStep::kProbe);
    earliest = std::min(earliest, now_ - first);
    latest = std::max(latest, now_ - first);
  }
  EXPECT_GE(earliest, Duration::s(1));
  EXPECT_LT(earliest, Duration::ms(1'100));
  EXPECT_LE(latest, Duration::s(2));
  EXPECT_GT(latest, Duration::ms(1'900));
}

TEST_F(AddressProbeTest, NothingBeforeItIsDue) {
  probe_.start(kStart, kExact, random_);
  EXPECT_EQ(next(kExact), ProbeStep::kProbe);
  EXPECT_EQ(probe_.step(now_, kExact, random_), ProbeStep::kNothing);
}

TEST_F(AddressProbeTest, WithoutProbesAndAnnouncementsItIsOursAtOnce) {
  constexpr ProbeSchedule kNone{};
  probe_.start(kStart, kNone, random_);
  EXPECT_EQ(next(kNone), ProbeStep::kUnique);
  EXPECT_EQ(now_, kStart);
  EXPECT_TRUE(probe_.next_deadline().is_never());
}

TEST_F(AddressProbeTest, StoppedItWantsNothing) {
  probe_.start(kStart, kExact, random_);
  probe_.stop();
  EXPECT_TRUE(probe_.next_deadline().is_never());
  EXPECT_EQ(probe_.step(kStart + Duration::s(60), kExact, random_), ProbeStep::kNothing);
}

}  // namespace
}  // namespace tapstack::link
